/** The OpenAI-compatible face: programs in any language call an agent as if it were a model. */
@NullMarked
package dev.understudy.server.gateway;

import org.jspecify.annotations.NullMarked;
