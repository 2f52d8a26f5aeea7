package io.outboxrelay.polling;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.polling.PollingSettings.Reading;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads without a sequence, {@code order: none}: goes through the ids of the whole table, again and again, and fetches the rows of
 * those that it did not hand on yet. Wherever among the ids a row appears, and however late, the next round meets it. Promises
 * no order. Used by the source's thread only.
 */
final class ScanReader implements TableReader {

    private static final long CHECK_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private final PollingSession session;
    private final Reading reading;
    private final ScanSql sql;
    private final PageCopy copy;
    private final PageSize pageSize;
    private final MissingRows missing;
    private final PollingCounters counters;
    private final RowRemoval removal;

    private final ArrayDeque<String> standing = new ArrayDeque<>();
    private final Set<String> isStanding = new HashSet<>();
    private @Nullable String lastId;
    private boolean isAmidRound;
    private long roundBeganNanos;
    /** When the round before began: it has met every row that was visible then. */
    private long roundBeforeNanos = OutboxRecord.COMMIT_UNKNOWN;

    private long checkAtNanos;

    ScanReader(PollingSession session, Reading reading, PollingCounters counters, RowRemoval removal, long nowNanos) {
        this.session = session;
        this.reading = reading;
        this.sql = new ScanSql(session.table(), session.guard(), session.timed());
        this.copy = PageCopy.of(session);
        this.pageSize = new PageSize(reading.pageRowsMax(), reading.pageBytesMax());
        this.counters = counters;
        this.removal = removal;
        this.missing = new MissingRows(session.table(), counters);
        this.checkAtNanos = nowNanos + CHECK_INTERVAL_NANOS;
    }

    @Override
    public Page read() throws SQLException {
        if (lastId == null && !isAmidRound) {
            isAmidRound = true;
            roundBeganNanos = System.nanoTime();
        }
        int rowsMax = pageSize.rows();
        List<String> ids = ids(lastId, rowsMax);
        List<String> unread =
                ids.stream().filter(id -> !isStanding.contains(id)).toList();
        RowPage page = unread.isEmpty() ? new RowPage(List.of(), false, 0) : rows(unread);
        pageSize.met(page.largestBytes());
        counters.read(page.rows().size());
        for (Row row : page.rows()) {
            standing.add(row.id());
            isStanding.add(row.id());
        }
        boolean more = page.cut() || ids.size() == rowsMax;
        if (!page.cut()) {
            // After a cut the same stretch comes again, without the rows that were read now.
            lastId = more ? ids.get(ids.size() - 1) : null;
        }
        long beforeNanos = roundBeforeNanos;
        if (!more) {
            isAmidRound = false;
            roundBeforeNanos = roundBeganNanos;
        }
        return new Page(page.rows(), more, new Seen(beforeNanos, roundBeforeNanos, false), null);
    }

    @Override
    public long settleOldest(int count) throws SQLException {
        List<String> ids = standing.stream().limit(count).toList();
        RowDelete delete = new RowDelete(sql.deleteIds(), "text", List.of((Object) ids.toArray(new String[0])));
        missing.deleted(removal.remove(List.of(delete), count), count);
        for (String id : ids) {
            standing.remove();
            isStanding.remove(id);
        }
        return 0;
    }

    @Override
    public boolean tend(long nowNanos) throws SQLException {
        checkAtNanos = nowNanos + CHECK_INTERVAL_NANOS;
        new TableWatch(session).check();
        return false;
    }

    @Override
    public long tendAtNanos() {
        return checkAtNanos;
    }

    private List<String> ids(@Nullable String after, int rowsMax) throws SQLException {
        String query = after == null ? sql.firstIds() : sql.nextIds();
        try (PreparedStatement statement = session.connection().prepareStatement(query)) {
            int parameter = 1;
            if (after != null) {
                statement.setString(parameter++, after);
            }
            statement.setInt(parameter, rowsMax);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }

    private RowPage rows(List<String> ids) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql.chooseIds())) {
            statement.setArray(1, session.connection().createArrayOf("text", ids.toArray()));
            statement.execute();
        }
        return copy.read(sql.rows(), reading.pageBytesMax());
    }
}
