package io.outboxrelay.polling;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** In no promised order, stretch by stretch of the ids, as {@link ScanReader} goes through them. */
final class StandingByScan implements StandingPages {

    private final PollingSession session;
    private final ScanSql sql;
    private final PageCopy copy;
    private final long pageBytesMax;
    private @Nullable String lastId;
    private List<String> left = List.of();

    StandingByScan(PollingSession session, long pageBytesMax) {
        this.session = session;
        this.sql = new ScanSql(session.table(), session.guard(), session.timed());
        this.copy = PageCopy.of(session);
        this.pageBytesMax = pageBytesMax;
    }

    @Override
    public RowPage next(int rowsMax) throws SQLException {
        while (true) {
            if (left.isEmpty()) {
                left = ids(rowsMax);
                if (left.isEmpty()) {
                    return new RowPage(List.of(), false, 0);
                }
                lastId = left.get(left.size() - 1);
            }
            List<String> chosen = left.subList(0, Math.min(left.size(), rowsMax));
            choose(chosen);
            RowPage page = copy.read(sql.rows(), pageBytesMax);
            left = page.cut() ? without(page.rows()) : List.copyOf(left.subList(chosen.size(), left.size()));
            if (!page.rows().isEmpty()) {
                return page;
            }
        }
    }

    private List<String> without(List<Row> read) {
        Set<String> ids = read.stream().map(Row::id).collect(Collectors.toCollection(HashSet::new));
        return left.stream().filter(id -> !ids.contains(id)).toList();
    }

    private void choose(List<String> ids) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql.chooseIds())) {
            statement.setArray(1, session.connection().createArrayOf("text", ids.toArray()));
            statement.execute();
        }
    }

    private List<String> ids(int rowsMax) throws SQLException {
        String after = lastId;
        try (PreparedStatement statement =
                session.connection().prepareStatement(after == null ? sql.firstIds() : sql.nextIds())) {
            if (after != null) {
                statement.setString(1, after);
            }
            statement.setInt(after == null ? 1 : 2, rowsMax);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }
}
