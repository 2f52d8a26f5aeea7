package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.RelayException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where reading begins when nothing is stored: the end of the log, and the columns that the table has there. Asks the server what the
 * columns are before and after it asks for the end, and once more where somebody changed the table between. Used by the source's thread.
 */
final class MySqlBeginning {

    /** A change of the table takes longer than a turn; nobody changes it so often in good order. */
    private static final int TURNS_MAX = 10;

    private final MySqlSession session;
    private final MySqlTable table;
    private final BooleanSupplier ending;

    /** @param ending whether nobody wants to know any more */
    MySqlBeginning(MySqlSession session, MySqlTable table, BooleanSupplier ending) {
        this.session = session;
        this.table = table;
        this.ending = ending;
    }

    /** @param columns the statement that makes them, without what changes with each row */
    record Begun(MySqlMark end, String columns) {}

    /**
     * Asks for it.
     *
     * @param variables the server's
     * @throws RelayException TRANSIENT when the table is dropped or changes all the time, or the relay is ending
     */
    Begun find(Map<String, String> variables) {
        String before = columns();
        for (int turn = 0; turn < TURNS_MAX && !ending.getAsBoolean(); turn++) {
            MySqlMark end = session.end(variables);
            String after = columns();
            if (after == null) {
                throw new RelayException(TRANSIENT, "the table " + table + " was dropped meanwhile", "create it again");
            }
            if (after.equals(before)) {
                return new Begun(end, after);
            }
            before = after;
        }
        throw ending.getAsBoolean()
                ? new RelayException(TRANSIENT, "the relay ends before it has begun to read", "nothing")
                : new RelayException(
                        TRANSIENT,
                        "the table " + table + " was altered " + TURNS_MAX
                                + " times while the relay looked for the end of the log",
                        "see who alters it (SHOW PROCESSLIST); the relay starts over");
    }

    private @Nullable String columns() {
        String made = session.tableMade(table);
        return made == null ? null : MySqlTable.withoutCounter(made);
    }
}
