/**
 * The SDK beside its neighbours: raw OkHttp, openai-java, LangChain4j and a stack wired by hand, with the same request, the same
 * answer and the same stub, each in a JVM of its own, in turns.
 */
@NullMarked
package dev.understudy.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
