package dev.understudy.event;

import org.jspecify.annotations.Nullable;

/** An observer whose failures stay here, as those of a listener do: the call goes on, seen or not. */
final class GuardedObserver {

    private static final CallObservation.Work NO_WORK = () -> {};

    private final Observer observer;
    private final GuardedListener complaints;

    GuardedObserver(Observer observer, GuardedListener complaints) {
        this.observer = observer;
        this.complaints = complaints;
    }

    CallEvents callStarted(String agent, Events everybody) {
        try {
            CallObservation followed = observer.callStarted(agent);
            return followed == null ? everybody : new Call(everybody, followed);
        } catch (Throwable broken) { // whatever an observer does, the call goes on
            complaints.complain(broken);
            return everybody;
        }
    }

    private final class Call implements CallEvents {
        private final Events everybody;
        private final CallObservation call;

        Call(Events everybody, CallObservation call) {
            this.everybody = everybody;
            this.call = call;
        }

        /** First the others: what they do is still within what the observer has begun. */
        @Override
        public void emit(Event event) {
            everybody.emit(event);
            try {
                call.on(event);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
            }
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
        public CallObservation.@Nullable Attempt attempt(String model) {
            try {
                CallObservation.Attempt attempt = call.attempt(model);
                return () -> enter(attempt);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
                return null;
            }
        }

        @Override
        public CallEvents branch() {
            try {
                return new Call(everybody, call.branch());
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
                return everybody;
            }
        }

        private CallObservation.Work enter(CallObservation.Attempt attempt) {
            try {
                CallObservation.Work work = attempt.enter();
                return () -> close(work);
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
                return NO_WORK;
            }
        }

        private void close(CallObservation.Work work) {
            try {
                work.close();
            } catch (Throwable broken) { // as above
                complaints.complain(broken);
            }
        }
    }
}
