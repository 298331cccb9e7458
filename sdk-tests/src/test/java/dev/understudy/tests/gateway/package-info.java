/** The OpenAI face, as the official client library sees it, and what it adds to a call. */
package dev.understudy.tests.gateway;
