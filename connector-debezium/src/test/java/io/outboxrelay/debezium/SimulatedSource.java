package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.debezium.SimulatedLog.Row;
import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * A source as {@link DebeziumSource} is one, of the same parts, between a simulated log and the engine; its thread's turns are taken
 * when the simulation says so.
 */
final class SimulatedSource implements OutboxSource {

    private static final int RECORDS_MAX = 16;
    private static final Duration CONFIRM_EVERY = Duration.ofMillis(20);

    /** What befalls the next turn, unless it is null. */
    enum Trouble {
        CONNECTION_CUT,
        FENCED,
        STORE_REFUSES,
        STORE_HAS_IT_AND_SAYS_NOTHING
    }

    private final World world;
    private final long number;
    private final LogThread.Attempt attempt;
    private final SimulatedConnector connector;
    private final PostgresStream stream;
    private final @Nullable SimulatedRows rows;
    private @Nullable HandOff handOff;
    private @Nullable LogReading reading;
    private @Nullable LogPosition settled;
    private @Nullable Trouble trouble;
    private boolean ended;

    SimulatedSource(World world, long number) {
        this.world = world;
        this.number = number;
        this.attempt = new LogThread.Attempt(number, new LogFigures());
        this.rows = world.log().isEmptied()
                ? new SimulatedRows(world.log(), world.random().split())
                : null;
        ToldOffsets offsets = new ToldOffsets();
        this.connector = new SimulatedConnector(world.log(), world.random().split(), offsets);
        this.stream = new PostgresStream(
                new PostgresStream.Started(connector, offsets, connector.ahead(), "relay.message"),
                new Slot(),
                new StreamHealth(0),
                this::decoded,
                ConnectionSettings.of("jdbc:postgresql://localhost/shop", "relay", null));
    }

    /**
     * Where it is.
     *
     * @param poisonId the event that can never be read, or null
     */
    record World(
            SimulatedLog log,
            SplittableRandom random,
            @Nullable String poisonId) {}

    private final class Slot implements PostgresStream.Slot {

        @Override
        public void throwIfLost() {
            if (trouble == Trouble.FENCED) {
                throw new RelayException(FailureKind.FENCED, "another relay streams", "wait");
            }
        }

        @Override
        public void store(long lsn) {
            Trouble now = trouble;
            if (now == Trouble.FENCED) {
                throw new AssertionError("confirms what is another relay's by now");
            }
            if (now != Trouble.STORE_REFUSES) {
                world.log().store(lsn);
            }
            if (now == Trouble.STORE_REFUSES || now == Trouble.STORE_HAS_IT_AND_SAYS_NOTHING) {
                throw new RelayException(FailureKind.TRANSIENT, "the store is away", "wait");
            }
        }
    }

    private @Nullable DecodedEvent decoded(SourceRecord change) {
        if (!(change.value() instanceof Row row)) {
            return null;
        }
        if (row.id().equals(world.poisonId())) {
            throw new RelayException(FailureKind.POISON, row.id() + " has no key", "mend it");
        }
        byte[] key = row.key().getBytes(UTF_8);
        return new DecodedEvent(row.id(), key, key, List.of(), OutboxRecord.COMMIT_UNKNOWN);
    }

    @Override
    public void open(Wakeup wakeup) {
        HandOff between = HandOff.ofTransactions(RECORDS_MAX, 1 << 20, wakeup);
        handOff = between;
        reading = new LogReading(
                stream,
                attempt,
                between,
                () -> settled,
                new Confirming(
                        stream, between, rows == null ? SettledRows.OF_THE_APPLICATION : rows, CONFIRM_EVERY, 0));
        attempt.figures().begins(number, 0);
        between.put(List.of(reading.opening()));
    }

    /** One turn of the source's thread. */
    void turn(long nowNanos, @Nullable Trouble befalls) {
        if (ended || reading == null) {
            return;
        }
        trouble = befalls;
        connector.broken = befalls == Trouble.CONNECTION_CUT;
        if (rows != null) {
            rows.turn();
        }
        try {
            reading.runOnce(nowNanos);
        } catch (RelayException e) {
            end(befalls == Trouble.CONNECTION_CUT);
            opened().failed(e.failure());
        }
    }

    private void end(boolean cut) {
        if (!ended) {
            ended = true;
            if (cut) {
                world.log().cut();
            } else {
                world.log().arrives();
            }
        }
    }

    @Override
    public Batch poll(int recordsMax, long bytesMax) {
        return opened().take(recordsMax, bytesMax);
    }

    @Override
    public void commit(Position upTo) {
        if (((LogPosition) upTo).attempt() != number) {
            throw new AssertionError(upTo + " is not of attempt " + number);
        }
        settled = (LogPosition) upTo;
    }

    @Override
    public void close() {
        end(false);
    }

    private HandOff opened() {
        return Objects.requireNonNull(handOff);
    }
}
