/**
 * What the server's faces have in common: a request that is bounded in size and time, an answer that is whole or flows, the
 * gate that refuses strangers, and JSON. The only package that knows the JDK's HTTP server.
 */
@NullMarked
package dev.understudy.server.http;

import org.jspecify.annotations.NullMarked;
