package dev.understudy.budget;

import dev.understudy.error.StoreException;
import dev.understudy.event.BudgetState;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what an agent spends, where other processes and the next start find it. Each write adds what is new here to
 * what is stored, by compare-and-set; one that failed in the middle is looked for before anything is added again. By one thread at a
 * time, save {@link #trouble()}.
 */
final class BudgetBook {

    private static final Logger LOG = LoggerFactory.getLogger(Budget.class);
    private static final List<BudgetState> THRESHOLDS = List.of(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    private static final int MOST_ATTEMPTS = 20;

    /** A write of which nobody knows yet whether it happened. */
    private record Doubt(long epoch, List<Spending> spendings) {}

    private final String agent;
    private final RolloutStore store;
    private final String writer;
    private final Runnable forgotten;
    /** What has been logged: a store that fails every few seconds must not fill the log. */
    private final Set<String> complaints = ConcurrentHashMap.newKeySet();

    private @Nullable Doubt doubt;
    private volatile @Nullable String trouble;

    /**
     * Opens nothing yet.
     *
     * @param agent whose spending it is
     * @param store where it is written down
     * @param writer what tells this process from all others
     * @param forgotten is run when what was stored had to be set aside
     */
    BudgetBook(String agent, RolloutStore store, String writer, Runnable forgotten) {
        this.agent = agent;
        this.store = store;
        this.writer = writer;
        this.forgotten = forgotten;
    }

    /** Says what keeps the book from being read or written; null where nothing does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /**
     * Reads what others have spent, and writes down what is new here.
     *
     * @param spendings what may have grown
     * @param current the one among them that calls are counted in
     * @return the states that the current one has reached and nobody was told of, in this process or another; they are
     *     noted as told, so that the caller has to tell
     */
    List<BudgetState> balance(List<Spending> spendings, Spending current, Terms terms) {
        try {
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                StoredRecord before = read();
                BudgetRecord record = before == null ? BudgetRecord.empty() : BudgetRecord.of(before);
                settle(record);
                boolean news = false;
                for (Spending each : spendings) {
                    news |= each.merge(record.entry(each.per, each.from));
                }
                List<BudgetState> reached = untold(current, current.merged(), terms);
                reached.forEach(
                        state -> record.entry(current.per, current.from).told().add(terms.mark(state)));
                if (!news && reached.isEmpty()) {
                    wellAgain();
                    return reached;
                }
                long epoch = before == null ? 1 : before.epoch() + 1;
                doubt = new Doubt(epoch, List.copyOf(spendings));
                if (store.write(key(), epoch - 1, new StoredRecord(epoch, record.fields(writer, epoch)))) {
                    happened();
                    wellAgain();
                    return told(current, reached, terms);
                }
                doubt = null;
            }
            return List.of(); // others were always faster: the next round goes on
        } catch (RuntimeException failed) { // a foreign store may throw anything, and calls go on
            complain(failed);
            return told(current, untold(current, current.spent(), terms), terms);
        }
    }

    /** What is stored, or null; what is damaged is set aside, for money that is spent cannot wait for a person. */
    private @Nullable StoredRecord read() {
        try {
            return store.read(key()).orElse(null);
        } catch (StoreException refused) {
            if (!refused.damaged()) {
                throw refused;
            }
            Optional<String> aside = store.setAside(key());
            if (aside.isPresent()) {
                LOG.atError()
                        .addKeyValue("agent", agent)
                        .log(
                                "{}. What agent '{}' has spent is counted on from what this process knows; the damaged record: {}",
                                refused.getMessage(),
                                agent,
                                aside.get());
                forgotten.run();
            }
            return store.read(key()).orElse(null);
        }
    }

    /** Finds out whether the write happened that the store failed in. */
    private void settle(BudgetRecord record) {
        Doubt open = doubt;
        if (open != null && record.epochOf(writer) == open.epoch) {
            happened();
        }
        doubt = null;
    }

    private void happened() {
        Doubt open = doubt;
        if (open != null) {
            open.spendings.forEach(Spending::written);
        }
        doubt = null;
    }

    private static List<BudgetState> untold(Spending current, long spent, Terms terms) {
        List<BudgetState> reached = new ArrayList<>(THRESHOLDS.size());
        for (BudgetState state : THRESHOLDS) {
            if (spent >= terms.threshold(state) && !current.told().contains(terms.mark(state))) {
                reached.add(state);
            }
        }
        return reached;
    }

    /** Notes what is told now, and from which sum on there is more to tell. */
    private static List<BudgetState> told(Spending current, List<BudgetState> reached, Terms terms) {
        reached.forEach(state -> current.told().add(terms.mark(state)));
        return reached;
    }

    /** From which sum on there is something to tell that was not told. */
    static long nextMark(Spending current, Terms terms) {
        for (BudgetState state : THRESHOLDS) {
            if (!current.told().contains(terms.mark(state))) {
                return terms.threshold(state);
            }
        }
        return Long.MAX_VALUE;
    }

    private void complain(RuntimeException failed) {
        String sentence;
        if (failed instanceof StoreException) {
            sentence = "what it spends cannot be written down: " + failed.getMessage();
        } else if (failed instanceof BudgetRecord.Unreadable) {
            sentence = "what it has spent cannot be read: " + failed.getMessage();
        } else { // the class only: a foreign message might quote anything
            sentence = "what it spends cannot be written down: the store failed with "
                    + failed.getClass().getName();
        }
        trouble = sentence;
        if (complaints.add(sentence)) {
            LOG.atError()
                    .addKeyValue("agent", agent)
                    .log(
                            "Budget of agent '{}': {}. It is counted in memory meanwhile, and tried again; this is not logged again",
                            agent,
                            sentence);
        }
    }

    private void wellAgain() {
        if (trouble != null) {
            trouble = null;
            complaints.clear();
            LOG.atInfo().addKeyValue("agent", agent).log("What agent '{}' spends can be written down again", agent);
        }
    }

    private String key() {
        return agent + BudgetRecord.SUFFIX;
    }
}
