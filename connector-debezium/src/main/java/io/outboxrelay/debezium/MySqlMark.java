package io.outboxrelay.debezium;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in MySQL's log between two transactions. What Debezium's offsets say beside it is left away: how many events and rows of the
 * transaction behind it were seen. So reading goes on with that transaction, whole, and nothing is skipped.
 *
 * @param gtids the transactions in front of it, or null where the server does not number them
 * @param file the binary log's file in which the next transaction begins
 * @param position where in the file, in bytes
 */
public record MySqlMark(@Nullable String gtids, String file, long position) implements LogMark {

    private static final String GTIDS = "gtids";
    private static final String FILE = "file";
    private static final String POSITION = "pos";

    /** Of an offset of Debezium's; null where it has no place in the log. */
    static @Nullable MySqlMark of(Map<String, ?> offset) {
        return offset.get(FILE) instanceof String file
                        && offset.get(POSITION) instanceof Number position
                        && !file.isEmpty()
                ? new MySqlMark((String) offset.get(GTIDS), file, position.longValue())
                : null;
    }

    /** As Debezium takes it at its start. */
    Map<String, Object> offset() {
        Map<String, Object> offset = new HashMap<>(Map.of(FILE, file, POSITION, position));
        if (gtids != null) {
            offset.put(GTIDS, gtids);
        }
        return offset;
    }

    /** Not the file, with transactions' numbers: after a failover it is another. */
    boolean isSamePlaceAs(MySqlMark other) {
        return gtids != null ? gtids.equals(other.gtids) : equals(other);
    }

    /** Whether this one is behind the other, in files of one server; the files' names end with their numbers. */
    boolean isInFilesBehind(MySqlMark other) {
        long number = number(file);
        long theirs = number(other.file);
        return number == theirs ? position > other.position : number > theirs;
    }

    /** Whether its file is no later than this one, or one of another series, of which nobody can tell. */
    boolean isInFileUpTo(String other) {
        String series = file.substring(0, file.lastIndexOf('.') + 1);
        return !other.startsWith(series) || number(file) <= number(other);
    }

    private static long number(String file) {
        return Long.parseLong(file.substring(file.lastIndexOf('.') + 1));
    }

    @Override
    public String toString() {
        return gtids == null ? file + ':' + position : gtids;
    }
}
