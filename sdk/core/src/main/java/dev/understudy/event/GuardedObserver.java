package dev.understudy.event;

import org.jspecify.annotations.Nullable;

/** An observer whose failures stay here, as those of a listener do: the call goes on, seen or not. */
final class GuardedObserver {

    private static final CallObservation.Work NO_WORK = () -> {};
    private static final CallObservation.Attempt NO_ATTEMPT = () -> NO_WORK;

    private final Observer observer;
    private final GuardedListener complaints;

    GuardedObserver(Observer observer, GuardedListener complaints) {
        this.observer = observer;
        this.complaints = complaints;
    }

    @Nullable
    CallObservation callStarted(String agent) {
        try {
            CallObservation followed = observer.callStarted(agent);
            return followed == null ? null : new Call(followed);
        } catch (Throwable broken) { // whatever an observer does, the call goes on
            complaints.complain(broken);
            return null;
        }
    }

    private final class Call implements CallObservation {
        private final CallObservation call;

        Call(CallObservation call) {
            this.call = call;
        }

        @Override
        public void enter() {
            try {
                call.enter();
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
            }
        }

        @Override
        public Attempt attempt(String model) {
            try {
                Attempt attempt = call.attempt(model);
                return () -> enter(attempt);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
                return NO_ATTEMPT;
            }
        }

        @Override
        public void on(Event event) {
            try {
                call.on(event);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
            }
        }

        private Work enter(Attempt attempt) {
            try {
                Work work = attempt.enter();
                return () -> close(work);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
                return NO_WORK;
            }
        }

        private void close(Work work) {
            try {
                work.close();
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
            }
        }
    }
}
