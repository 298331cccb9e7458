package dev.understudy.tests.simulation;

import dev.understudy.error.ChatException;

/** R13: nothing follows what was heard, except by consent. R20: what was heard is the whole answer, or the exception has it. */
final class StreamRules implements Watcher {

    private final Simulation simulation;

    StreamRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void sent(Attempt attempt) {
        SimulatedCall call = attempt.call;
        // A hedge may be on its way when the candidate begins to speak after all.
        if (!attempt.isHedge() && (call.refused || !call.said.isEmpty())) {
            throw simulation.violated("R13", attempt + " follows what was heard, without consent");
        }
    }

    @Override
    public void ended(SimulatedCall call) {
        if (!call.stream) {
            return;
        }
        String said = call.said.toString();
        if (call.response != null && !said.equals(call.response.text())) {
            throw simulation.violated("R20", call + " has heard '" + said + "', and got " + call.response.text());
        }
        if (call.thrown instanceof ChatException told
                && call.finished != null
                && !told.partialText().orElse("").startsWith(said)) {
            throw simulation.violated("R20", call + " has heard '" + said + "', and its exception does not tell");
        }
    }
}
