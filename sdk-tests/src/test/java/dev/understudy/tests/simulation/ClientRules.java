package dev.understudy.tests.simulation;

import dev.understudy.chat.ChatRequest;
import dev.understudy.tests.simulation.SimulatedProvider.Client;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections: R21 a call uses those of the configuration that it began with, for as long as it needs them; R30 those that
 * nobody needs any more are closed.
 */
final class ClientRules implements Watcher {

    private final Simulation simulation;
    private final List<Client> clients = new ArrayList<>();

    ClientRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void opened(Client client) {
        simulation.sabotage.opened(clients);
        clients.add(client);
    }

    @Override
    public void passes(Client client, ChatRequest request) {
        SimulatedCall call = simulation.callOf(request);
        if (call == null || call.finished != null) { // what was left behind may find its client closed
            return;
        }
        if (!client.provider.equals(call.configuration.providers().get(client.provider.name()))) {
            throw simulation.violated("R21", call + " came by " + client + ", which was not there when it began");
        }
        if (client.closed && simulation.closedAt < 0) {
            throw simulation.violated("R21", call + " came by " + client + ", which is closed");
        }
    }

    @Override
    public void atRest() {
        long open = clients.stream().filter(client -> !client.closed).count();
        long needed = simulation.closedAt < 0 ? 1 : 0;
        if (open != needed) {
            throw simulation.violated("R30", open + " of " + clients.size() + " clients are open, not " + needed);
        }
    }
}
