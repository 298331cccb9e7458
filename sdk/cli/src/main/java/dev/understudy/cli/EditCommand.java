package dev.understudy.cli;

import dev.understudy.config.ConfigurationEdit.Change;
import java.util.List;

/** What commands that change single values of the file share: how they tell. */
abstract class EditCommand extends FileCommand {

    /** Tells what was changed. */
    void tell(List<Change> changes) {
        if (json) {
            out().println(Json.object()
                    .put("file", file().toString())
                    .put("changed", !changes.isEmpty())
                    .put("changes", changes.stream().map(EditCommand::json).toList()));
            return;
        }
        if (changes.isEmpty()) {
            out().println("Nothing to change: " + file() + " says so already");
            return;
        }
        Table table = new Table(">LINE", "PATH", "FROM", "TO");
        for (Change change : changes) {
            table.row(change.line(), change.path(), change.from() == null ? "(not there)" : change.from(), change.to());
        }
        out().print(table);
    }

    private static Json json(Change change) {
        return Json.object()
                .put("path", change.path())
                .put("line", change.line())
                .put("from", change.from())
                .put("to", change.to());
    }
}
