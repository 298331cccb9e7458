package dev.understudy;

import dev.understudy.call.FallbackReason;
import dev.understudy.call.OpenStream;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatResponse;
import dev.understudy.time.Waiting;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber and its call, by the rules of Reactive Streams (reactive-streams.org, 1.0.4): elements go from the call's
 * thread into a bounded buffer, and from there to the subscriber, on whichever thread finds both an element and a demand for
 * it. That one thread at a time does so is the counter's work ({@code drain}, the queue-drain of RxJava): who finds it above
 * zero leaves its news to the thread that is at work.
 */
final class AnswerSubscription<T> implements Flow.Subscription, StreamListener {

    /** Some seconds of a fast model. Then the call's thread waits, and the model with it. */
    private static final int BUFFER = 256;

    private final AnswerPublisher.Elements<T> elements;
    private final Waiting waiting;
    private final Function<StreamListener, CompletableFuture<ChatResponse>> call;

    private final AtomicLong demand = new AtomicLong();
    /** Above zero while somebody is at work; from the beginning until {@link #open()}, so that nothing overtakes onSubscribe. */
    private final AtomicInteger news = new AtomicInteger(1);

    private final AtomicBoolean begun = new AtomicBoolean();
    private final Queue<T> buffer = new ConcurrentLinkedQueue<>();
    private final AtomicInteger buffered = new AtomicInteger();

    private volatile Flow.@Nullable Subscriber<? super T> subscriber;
    private volatile @Nullable CompletableFuture<ChatResponse> future;
    private volatile @Nullable OpenStream stream;
    private volatile @Nullable Thread held;
    private volatile boolean cancelled;
    private volatile @Nullable Throwable invalid;
    private @Nullable Throwable failure;
    /** Written after the failure. */
    private volatile boolean over;

    AnswerSubscription(
            Flow.Subscriber<? super T> subscriber,
            AnswerPublisher.Elements<T> elements,
            Waiting waiting,
            Function<StreamListener, CompletableFuture<ChatResponse>> call) {
        this.subscriber = subscriber;
        this.elements = elements;
        this.waiting = waiting;
        this.call = call;
    }

    /** Lets signals pass: onSubscribe has returned. */
    void open() {
        deliver(1);
    }

    /** Ends before anything has begun. */
    void fail(Throwable why) {
        begun.set(true);
        invalid = why;
    }

    // What the subscriber wants

    @Override
    public void request(long n) {
        if (cancelled) {
            return;
        }
        if (n <= 0) {
            // Rule 3.9: that is told as a failure, and ends the subscription.
            invalid = new IllegalArgumentException(
                    "A subscriber requests at least one element, not " + n + " (rule 3.9)");
            endCall();
        } else {
            demand.getAndAccumulate(n, (had, more) -> had + more < 0 ? Long.MAX_VALUE : had + more);
            if (begun.compareAndSet(false, true)) {
                begin();
            }
        }
        drain();
    }

    @Override
    public void cancel() {
        cancelled = true;
        endCall();
        drain();
    }

    private void begin() {
        CompletableFuture<ChatResponse> started = call.apply(this);
        future = started;
        if (cancelled || invalid != null) {
            started.cancel(true);
        }
        started.whenComplete(this::ended);
    }

    private void endCall() {
        CompletableFuture<ChatResponse> running = future;
        if (running != null) {
            running.cancel(true);
        }
        Thread waiter = held;
        if (waiter != null) {
            waiting.unpark(waiter);
        }
    }

    // What the call gives

    @Override
    public void onStart(OpenStream opened) {
        stream = opened;
    }

    @Override
    public void onText(String text) {
        put(elements.text().apply(text));
    }

    @Override
    public boolean onRestart(FallbackReason reason) {
        if (elements.restart() == null) {
            return false;
        }
        put(elements.restart().apply(reason));
        return true;
    }

    /** Waits while the buffer is full, until there is room, or the call is over: then its own thread finds that out. */
    private void put(T element) {
        held = Thread.currentThread();
        try {
            long remaining = remainingNanos();
            while (buffered.get() >= BUFFER && remaining > 0) {
                waiting.park(this, remaining);
                remaining = remainingNanos();
            }
        } finally {
            held = null;
        }
        buffered.incrementAndGet();
        buffer.add(element);
        drain();
    }

    private long remainingNanos() {
        OpenStream opened = stream;
        return cancelled
                        || invalid != null
                        || opened == null
                        || Thread.currentThread().isInterrupted()
                ? 0
                : opened.remainingNanos();
    }

    private void ended(@Nullable ChatResponse answer, @Nullable Throwable thrown) {
        if (answer != null && elements.answer() != null) {
            buffered.incrementAndGet();
            buffer.add(elements.answer().apply(answer));
        }
        failure = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        over = true;
        drain();
    }

    // From one to the other

    private void drain() {
        if (news.getAndIncrement() == 0) {
            deliver(1);
        }
    }

    private void deliver(int known) {
        int seen = known;
        do {
            Flow.Subscriber<? super T> hears = subscriber;
            if (hears != null && !isEnded(hears)) {
                deliverTo(hears);
            }
            seen = news.addAndGet(-seen);
        } while (seen != 0);
    }

    private void deliverTo(Flow.Subscriber<? super T> hears) {
        long wanted = demand.get();
        long sent = 0;
        while (sent < wanted && !isEnded(hears)) {
            T element = buffer.poll();
            if (element == null) {
                break;
            }
            buffered.decrementAndGet();
            Thread waiter = held;
            if (waiter != null) {
                waiting.unpark(waiter);
            }
            try {
                hears.onNext(element);
            } catch (Throwable broken) { // forbidden by rule 2.13: nobody hears anything any more
                forget();
                endCall();
                throw broken;
            }
            sent++;
        }
        if (wanted != Long.MAX_VALUE) {
            demand.addAndGet(-sent);
        }
        isEnded(hears);
    }

    /** Looks whether there is an end, and tells it: the last signal. */
    private boolean isEnded(Flow.Subscriber<? super T> hears) {
        if (subscriber == null) {
            return true;
        }
        if (cancelled) {
            forget();
            return true;
        }
        Throwable wrong = invalid;
        if (wrong != null) {
            forget();
            hears.onError(wrong);
            return true;
        }
        if (!over || !buffer.isEmpty()) {
            return false;
        }
        forget();
        Throwable why = failure;
        if (why == null) {
            hears.onComplete();
        } else {
            hears.onError(why);
        }
        return true;
    }

    /** Rule 3.13: no reference to a subscriber that is cancelled or told the end. */
    private void forget() {
        cancelled = true;
        subscriber = null;
        buffer.clear();
    }

    @Override
    public String toString() {
        return "a subscriber that requests nothing";
    }
}
