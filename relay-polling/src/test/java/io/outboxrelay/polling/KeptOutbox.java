package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An outbox whose rows are kept, and the relays that read it one after the other. */
final class KeptOutbox {

    private static final Pattern GO_ON = Pattern.compile("go on from it: (.*?); (?:else|then start)");
    private static final Pattern START_OVER =
            Pattern.compile("publish everything that stands in it again: (.*?); then");

    final OutboxFixture fixture;
    private Supplier<OutboxSource> sources;

    KeptOutbox(OutboxFixture fixture) {
        this.fixture = fixture;
        this.sources = newProcess();
    }

    /** Rows with the numbers 1 to 10, all published, by a process that has ended. */
    static KeptOutbox ofTenPublished(EmbeddedDatabase database) throws SQLException {
        KeptOutbox outbox = new KeptOutbox(OutboxFixture.ordinary(database).keeping());
        outbox.fixture.insertMany("old", 1, 10);
        try (TestConsumer consumer = outbox.consumer()) {
            outbox.publish(consumer, 10);
        }
        outbox.anotherProcess();
        return outbox;
    }

    /** The next session of the same process. */
    TestConsumer consumer() {
        return TestConsumer.of(sources.get());
    }

    /** What comes now knows nothing of the sessions before. */
    void anotherProcess() {
        sources = newProcess();
    }

    private Supplier<OutboxSource> newProcess() {
        return PollingSource.factory(() -> fixture.settings(), new OutboxColumns(List.of()), new PollingCounters());
    }

    /** Takes so many records in all, and commits them. */
    void publish(TestConsumer consumer, int count) {
        consumer.awaitRecords(count);
        Position last = consumer.records().get(count - 1).position();
        consumer.source.commit(last);
        consumer.awaitCommitted(last);
    }

    /** A session publishes exactly these first. */
    void publishes(String... ids) {
        try (TestConsumer consumer = consumer()) {
            publish(consumer, ids.length);
            assertThat(consumer.ids()).containsExactly(ids);
        }
    }

    /** A session loses its position at its start, as was foretold. */
    Failure refused(String... words) {
        Failure foretold = foretold();
        assertThat(foretold.kind()).as(foretold.summary()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(foretold.summary()).contains(words).containsAnyOf("go on from it: ", "in it again: ");
        try (TestConsumer consumer = consumer()) {
            Failure failure = lost(consumer, words);
            assertThat(consumer.entries).as("published").isEmpty();
            return failure;
        }
    }

    /** What an inspection without a session finds wrong; nothing of what is stored is another one after it. */
    private Failure foretold() {
        try {
            List<String> before = fixture.query("SELECT s::text FROM outbox_relay_state s ORDER BY 1");
            Inspection inspection = inspection();
            assertThat(fixture.query("SELECT s::text FROM outbox_relay_state s ORDER BY 1"))
                    .isEqualTo(before);
            assertThat(inspection).isInstanceOf(Inspection.Unsound.class);
            return ((Inspection.Unsound) inspection).failure();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is found without a session. */
    Inspection inspection() {
        return PollingInspection.inspect(fixture.settings(), new OutboxColumns(List.of()));
    }

    static Failure lost(TestConsumer consumer, String... words) {
        Failure failure = consumer.awaitFailure();
        assertThat(failure.kind()).as(failure.summary()).isEqualTo(FailureKind.POSITION_LOST);
        assertThat(failure.summary()).contains(words);
        return failure;
    }

    /** The statement by which what is stored is adopted. */
    static String goOn(Failure failure) {
        return found(GO_ON, failure);
    }

    /** The statement by which it is forgotten. */
    static String startOver(Failure failure) {
        return found(START_OVER, failure);
    }

    private static String found(Pattern statement, Failure failure) {
        Matcher matcher = statement.matcher(failure.summary());
        assertThat(matcher.find()).as(failure.summary()).isTrue();
        return matcher.group(1);
    }

    void change(String assignments) throws SQLException {
        fixture.database()
                .execute("UPDATE outbox_relay_state SET " + assignments + " WHERE outbox = 'public." + fixture.table()
                        + "'");
    }

    /** An SQL expression. */
    String sequence() {
        return "pg_get_serial_sequence('" + fixture.table() + "', 'seq')";
    }

    /** Of its row. */
    String state(String columns) throws SQLException {
        return fixture.query("SELECT " + columns + " FROM outbox_relay_state WHERE outbox = 'public." + fixture.table()
                        + "'")
                .get(0);
    }
}
