/** Serves a running registry over HTTP: {@code RegistryServer.start(registry, options)}. */
@NullMarked
package dev.understudy.server;

import org.jspecify.annotations.NullMarked;
