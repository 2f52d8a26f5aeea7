package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a stream misses nothing without a word: before it starts, right after that, and every few seconds while it runs.
 * Each time one statement of about a millisecond. Used by one thread, that of the connection, which streams nothing itself.
 *
 * <p>What it rests on: while one and the same process of the server streams from a slot, nobody can drop or advance it. Before that
 * process is there, nothing of the stream may be handed on, stored or confirmed. And what is stored is stored before the slot is
 * told. So a slot further ahead than what is stored is another one, or was advanced by others.
 */
public final class StreamGuard {

    private static final Logger LOG = LoggerFactory.getLogger(StreamGuard.class);
    private static final TimelineHistory NO_HISTORY = new TimelineHistory(Map.of());

    private final Connection connection;
    private final SlotRequest request;
    private final ConnectionSettings settings;
    private final StreamLookSql sql;
    private @Nullable Integer streaming;

    /**
     * @param connection a session of the relay's role, for as long as the stream runs; autocommit on
     * @param settings that it was made with, for messages
     * @throws RelayException TRANSIENT as a rule
     */
    public StreamGuard(Connection connection, ConnectionSettings settings, SlotRequest request) {
        this.connection = connection;
        this.request = request;
        this.settings = settings;
        try {
            this.sql = new StreamLookSql(connection, request);
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /**
     * Before what is stored is read: while somebody streams, that may still move.
     *
     * @throws RelayException FENCED while another relay streams, or TRANSIENT
     */
    public void refuseWhileHeld() {
        StreamLook look = look();
        SlotChecks slots = checks(null, NO_HISTORY);
        SlotFound slot = look.slot();
        Finding held = slot == null ? null : slots.ofHolder(slot);
        // What is wrong besides is told once what is stored is known.
        if (held != null && slots.ofServer(look.server()) == null && slots.ofKind(look) == null) {
            refuse(List.of(held));
        }
    }

    /**
     * Before the stream starts.
     *
     * @param stored what is stored, or null where nothing ever was
     * @return where the stream will begin, to be stored before it starts
     * @throws RelayException POSITION_LOST, MISCONFIGURED, FENCED where another relay streams, or TRANSIENT
     */
    public StreamPosition beforeStart(@Nullable StreamPosition stored) {
        StreamLook look = look();
        TimelineHistory history = history(look, stored);
        refuse(judged(look, checks(stored, history), true));
        checkRole();
        SlotFound slot = Objects.requireNonNull(look.slot());
        long confirmed = Objects.requireNonNull(slot.place().confirmedLsn());
        long beginning = checks(stored, history).beginning(look, confirmed);
        if (stored != null && stored.timeline() != look.server().timeline()) {
            LOG.warn(
                    "the server is on timeline {} now, and was on {}: slot {} came along, so nothing that is there is missed.{}",
                    look.server().timeline(),
                    stored.timeline(),
                    request.slot(),
                    beginning == stored.lsn()
                            ? ""
                            : " What was published behind " + StreamPosition.shown(beginning)
                                    + " was of commits that the promoted standby did not have");
        }
        return new StreamPosition(
                look.server().systemIdentifier(),
                look.server().timeline(),
                beginning,
                Objects.requireNonNull(look.publication()).version());
    }

    /**
     * Right after the stream has started and before anything of it is handed on, stored or confirmed: whether it started on the
     * slot that {@link #beforeStart} saw. Whoever holds the slot may be another relay that was started together with this one; it is
     * this one's own stream that held it if that has said something while the holder did not change.
     *
     * @param begun what {@link #beforeStart} returned
     * @param heard whether the relay's own stream has said something since this was last asked
     * @return whether the relay's own stream holds the slot; until then this is to be asked again
     * @throws RelayException as {@link #beforeStart}
     */
    public boolean isStarted(StreamPosition begun, boolean heard) {
        StreamLook look = look();
        SlotFound slot = look.slot();
        Integer before = streaming;
        streaming = slot == null ? null : slot.holder();
        boolean own = heard && streaming != null && streaming.equals(before);
        if (own || streaming == null) {
            // Whoever else streams moves what is stored.
            refuse(judged(look, checks(begun, NO_HISTORY), false));
        }
        return own;
    }

    /** The process of the server that held the slot when {@link #isStarted} was last asked; the relay's own once that said so. */
    public @Nullable Integer streaming() {
        return streaming;
    }

    /**
     * While the stream runs.
     *
     * @param stored what is stored; asked for before the look, as the server's log reaches that far at least, and again after it, as
     *     what the slot was told by then had been stored before
     * @return what was seen
     * @throws RelayException as {@link #beforeStart}; TRANSIENT where nobody streams any more, FENCED where somebody else does
     */
    public StreamLook whileRunning(Supplier<StreamPosition> stored) {
        StreamPosition reached = stored.get();
        StreamLook look = look();
        refuse(judged(look, checks(stored.get(), reached, NO_HISTORY), false));
        Integer holder = Objects.requireNonNull(look.slot()).holder();
        if (!Objects.equals(holder, streaming)) {
            throw holder == null
                    ? new RelayException(
                            FailureKind.TRANSIENT,
                            "the server has ended the stream from slot " + request.slot(),
                            "nothing; the relay starts it again")
                    : new RelayException(new Failure(
                            FailureKind.FENCED,
                            List.of(Objects.requireNonNull(
                                            checks(null, NO_HISTORY).ofHolder(Objects.requireNonNull(look.slot())))
                                    .problem()),
                            null));
        }
        return look;
    }

    /**
     * Everything that is wrong at once, as {@link #beforeStart} would find it; none if nothing is.
     *
     * @throws RelayException when the database cannot be asked
     */
    public List<Finding> findings(@Nullable StreamPosition stored) {
        StreamLook look = look();
        return judged(look, checks(stored, history(look, stored)), true);
    }

    /**
     * Whether an operator said of what is stored that the stream is to begin with the slot instead.
     *
     * @param look at what there is
     */
    public boolean isGivenUp(StreamLook look, @Nullable StreamPosition stored) {
        return checks(stored, NO_HISTORY).isGivenUp(look);
    }

    private List<Finding> judged(StreamLook look, SlotChecks slots, boolean starting) {
        Finding unfit = slots.ofServer(look.server());
        Finding kind = slots.ofKind(look);
        if (unfit != null || kind != null) {
            return List.of(unfit != null ? unfit : Objects.requireNonNull(kind));
        }
        SlotFound slot = look.slot();
        Finding held = starting && slot != null ? slots.ofHolder(slot) : null;
        if (held != null) {
            // Whoever streams moves what is stored; it is judged once this relay is to take over.
            return List.of(held);
        }
        PublicationChecks publications = new PublicationChecks(request, slots.statements());
        List<Finding> findings = new ArrayList<>(publications.ofTable(look, slots.stored() != null));
        List<Finding> changes = publications.ofPublication(look);
        findings.addAll(changes);
        if (starting) {
            findings.addAll(onlyBefore());
        }
        Finding place = slots.ofPlace(look);
        Finding anew = place != null ? place : !changes.isEmpty() ? slots.afterChange(look) : ofVersion(slots, look);
        if (anew != null) {
            findings.add(anew);
        }
        return findings;
    }

    /** A table that is gone took its place in the publication along; that is judged once it is back. */
    private @Nullable Finding ofVersion(SlotChecks slots, StreamLook look) {
        return request.table() != null && look.table() == null ? null : slots.ofPublication(look);
    }

    private SlotChecks checks(@Nullable StreamPosition stored, TimelineHistory history) {
        return checks(stored, stored, history);
    }

    private SlotChecks checks(
            @Nullable StreamPosition stored, @Nullable StreamPosition reached, TimelineHistory history) {
        return new SlotChecks(request, new StreamStatements(request), stored, reached, history);
    }

    /** Whether the role may read the log at all; whoever streams would say so in words of its own. */
    private void checkRole() {
        try {
            new PostgresConnections(settings).openReplication().close();
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    private TimelineHistory history(StreamLook look, @Nullable StreamPosition stored) {
        long timeline = look.server().timeline();
        if (stored == null || look.server().standby() || stored.timeline() == timeline) {
            return NO_HISTORY;
        }
        try (Connection replication = new PostgresConnections(settings).openReplication()) {
            return TimelineHistory.of(replication, timeline);
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /** What is missing for deletes only hinders while the stream runs, and is told then; types are read at its start. */
    private List<Finding> onlyBefore() {
        try {
            List<Finding> findings = new ArrayList<>(TypeChecks.findings(connection));
            findings.addAll(RemovalChecks.of(connection, request).findings());
            return findings;
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /**
     * What there is now, with nothing said of it.
     *
     * @throws RelayException when the database cannot be asked
     */
    public StreamLook look() {
        try {
            return sql.take();
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    static void refuse(List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        FailureKind worst = findings.stream()
                .map(Finding::kind)
                .filter(kind -> kind == FailureKind.POSITION_LOST)
                .findFirst()
                .orElse(findings.get(0).kind());
        throw new RelayException(
                new Failure(worst, findings.stream().map(Finding::problem).toList(), null));
    }
}
