package dev.understudy.tests.faults;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The ways in which an application calls; the same rules hold for all. */
enum Face {
    /** {@code chat} on a platform thread. */
    CHAT,
    /** {@code chatAsync}. */
    ASYNC,
    /** {@code stream}, with a listener that consents to restarts. */
    STREAM,
    /** {@code chat} on a virtual thread, where the JDK has them. */
    VIRTUAL;

    private static final Method START_VIRTUAL = startVirtual();

    static boolean hasVirtualThreads() {
        return START_VIRTUAL != null;
    }

    /** Those that this JDK has. */
    static List<Face> all() {
        return Arrays.stream(values())
                .filter(face -> face != VIRTUAL || hasVirtualThreads())
                .toList();
    }

    Result call(ModelRegistry registry, String agent, List<Message> messages, CallOptions options) {
        return switch (this) {
            case CHAT -> timed(() -> registry.chat(agent, messages, options));
            case ASYNC -> timed(() -> get(registry.chatAsync(agent, messages, options)));
            case STREAM -> timed(() -> stream(registry, agent, messages, options));
            case VIRTUAL -> {
                CompletableFuture<Result> result = new CompletableFuture<>();
                startVirtual(() -> result.complete(timed(() -> registry.chat(agent, messages, options))));
                yield result.orTimeout(60, TimeUnit.SECONDS).join();
            }
        };
    }

    private static ChatResponse stream(
            ModelRegistry registry, String agent, List<Message> messages, CallOptions options) {
        StringBuilder heard = new StringBuilder();
        ChatResponse whole = registry.stream(agent, messages, options, new StreamListener() {
            @Override
            public void onText(String text) {
                heard.append(text);
            }

            @Override
            public boolean onRestart(FallbackReason reason) {
                heard.setLength(0);
                return true;
            }
        });
        if (!whole.text().contentEquals(heard)) {
            throw new AssertionError("What was heard is not what was answered");
        }
        return whole;
    }

    static Result timed(Callable<ChatResponse> call) {
        long start = System.nanoTime();
        try {
            ChatResponse answer = call.call();
            return new Result(answer, null, Duration.ofNanos(System.nanoTime() - start));
        } catch (Throwable failure) {
            return new Result(null, failure, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static ChatResponse get(CompletableFuture<ChatResponse> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        } catch (TimeoutException never) {
            throw new AssertionError("The future did not end within a minute", never);
        }
    }

    static Thread startVirtual(Runnable work) {
        try {
            return (Thread) START_VIRTUAL.invoke(null, work);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Method startVirtual() {
        try {
            return Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException java17) {
            return null;
        }
    }
}
