package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a session begins where rows are kept: with what is stored, once that is known to be true of this outbox, and with the row as
 * its own. The session holds the outbox's lock, so that nobody else is about to do the same; should somebody be all the same, the
 * row's version lets one of them through. Used by the source's thread only.
 */
final class StateClaim {

    private static final Logger LOG = LoggerFactory.getLogger(StateClaim.class);

    private final PollingSession session;
    private final StateSql sql;
    private final SessionLineage lineage;
    private final StateReading reading;
    private final StatePosition position;

    private StateClaim(PollingSession session, StateSql sql, SessionLineage lineage, StateReading reading) {
        this.session = session;
        this.sql = sql;
        this.lineage = lineage;
        this.reading = reading;
        this.position = reading.position();
    }

    /**
     * What a session begins with.
     *
     * @param row where to store how far publishing gets
     * @param extent how far it got
     */
    record Claimed(StateRow row, PublishedExtent extent) {}

    /**
     * Claims the row of the session's outbox, and makes it when there is none.
     *
     * @param lineage remembers what this relay stored last
     * @throws io.outboxrelay.failure.RelayException POSITION_LOST when what is stored is not true of the outbox as it stands, or
     *     is gone although this relay has stored it; FENCED when another relay was faster
     */
    static Claimed make(PollingSession session, StateSql sql, SessionLineage lineage) throws SQLException {
        StateReading reading = StateReading.of(session.connection(), session.table(), sql);
        return new StateClaim(session, sql, lineage, reading).make();
    }

    private Claimed make() throws SQLException {
        StoredState stored = reading.find();
        if (stored == null) {
            return makeFirst();
        }
        // Numbers that the state knows were drawn before this session took the lock: by now, or when the inspection
        // relied
        // on it that the state is asked, whichever is less.
        long lastDrawn = Math.min(sequence().lastDrawn(), reading.lastDrawn());
        if (stored.format() == StateSql.FORMAT
                && (lastDrawn < stored.extent().top() || lineage.isDistrusted(stored.version()))) {
            StateRow.distrust(session, sql, stored.version());
            stored = Objects.requireNonNull(reading.find());
        }
        PublishedExtent extent = position.check(stored, lastDrawn);
        if (stored.timeline() != position.timeline()) {
            LOG.warn(
                    "{} was stored on timeline {}, and the server is on timeline {}: there was a failover, or the server was"
                            + " restored to a point in time. Rows, sequence and state are of one moment, so the relay goes on."
                            + " Events of transactions that this has undone may have been published.",
                    sql.stateTable(),
                    stored.timeline(),
                    position.timeline());
        }
        LOG.info(
                "{} is published up to number {}, but for {} gaps, as {} says; the relay goes on from there",
                outbox(),
                extent.top(),
                extent.gaps().size(),
                sql.stateTable());
        try (PreparedStatement statement = session.connection().prepareStatement(sql.claim())) {
            statement.setLong(1, position.timeline());
            statement.setString(2, outbox());
            statement.setLong(3, stored.version());
            return claimed(statement, extent);
        }
    }

    private Claimed makeFirst() throws SQLException {
        SessionLineage.Published last = lineage.published();
        if (last != null) {
            throw position.gone(last);
        }
        position.checkNotRenamed(reading.otherName());
        LOG.warn(
                "{} does not say how far {} is published: everything that stands in it is published now",
                sql.stateTable(),
                outbox());
        try (PreparedStatement statement = session.connection().prepareStatement(sql.insert())) {
            StateOrigin here = position.here();
            statement.setString(1, outbox());
            statement.setLong(2, here.systemIdentifier());
            statement.setLong(3, position.timeline());
            statement.setLong(4, here.outbox());
            statement.setLong(5, here.sequence());
            statement.setLong(6, here.sequenceFilenode());
            return claimed(statement, PublishedExtent.NOTHING);
        }
    }

    private Claimed claimed(PreparedStatement statement, PublishedExtent extent) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw StateRow.fenced(sql, outbox());
            }
            StateRow.Version version = StateRow.Version.of(row);
            lineage.published(
                    new SessionLineage.Published(version.number(), extent, position.here(), position.timeline()));
            return new Claimed(new StateRow(session, sql, position, lineage, version), extent);
        }
    }

    private String outbox() {
        return position.table().outbox();
    }

    private OutboxTable.Sequence sequence() {
        return Objects.requireNonNull(session.table().sequence(), "rows are kept without a sequence");
    }
}
