/**
 * The provider client for the chat-completions format, as OpenAI, Mistral, vLLM, Ollama and most others speak it. A call
 * runs on its caller's thread, ends at its deadline whatever the server does, reads no more than the caps allow, and fails
 * with the kind of failure that the provider meant, whichever way it said it. The only code that knows OkHttp and JSON.
 */
@NullMarked
package dev.understudy.openai;

import org.jspecify.annotations.NullMarked;
