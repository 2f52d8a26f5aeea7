package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The statements that docs/retention.md gives for rows that are kept. */
class RetentionPageIT {

    private static final Path PAGE = Path.of(System.getProperty("outboxrelay.root"), "docs", "retention.md");
    private static final Pattern STATEMENT = Pattern.compile("(?s)```sql\n(.*?)```");

    @Test
    void they_create_the_table_begin_from_now_on_and_clean_up_only_what_is_published() throws Exception {
        String page = Files.readString(PAGE);
        List<String> statements = STATEMENT
                .matcher(page.substring(page.indexOf("## keep")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(statements).hasSize(3);
        String cleanUp = statements.get(2);

        try (EmbeddedDatabase database = EmbeddedDatabase.builder().start()) {
            database.execute("CREATE ROLE outbox_relay; CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY"
                    + " PRIMARY KEY, id text NOT NULL, key text, payload text);" + statements.get(0));
            OutboxFixture outbox = OutboxFixture.existing(
                            database, "outbox", new Columns("id", "seq", "key", "payload"))
                    .keeping();
            try (Connection early = database.connect();
                    Connection open = database.connect()) {
                open.setAutoCommit(false);
                outbox.insert(early, "before");
                outbox.insert(open, "open meanwhile");
                outbox.insert(early, "also before");
                database.execute(statements.get(1));
                outbox.insert(early, "after");
                // The page keeps the latest 100,000 numbers.
                database.execute("SELECT setval('outbox_seq_seq', 200000)");
                outbox.insert(early, "far");
                try (TestConsumer consumer =
                        TestConsumer.of(outbox).committing().awaitOpen()) {
                    consumer.awaitRecords(2);
                    assertThat(consumer.ids()).containsExactly("after", "far");
                    consumer.awaitCommitted(consumer.records().get(1).position());
                    database.execute(cleanUp);
                    assertThat(outbox.standing()).containsExactly("far");
                    open.commit();
                    database.execute(cleanUp);
                    assertThat(outbox.standing()).as("not published").containsExactly("far", "open meanwhile");
                    consumer.awaitRecords(3);
                    consumer.awaitCommitted(consumer.records().get(2).position());
                    database.execute(cleanUp);
                    assertThat(outbox.standing()).containsExactly("far");
                }
            }
        }
    }

    @Test
    void from_now_on_works_on_an_empty_table_too() throws Exception {
        String page = Files.readString(PAGE);
        Matcher statements = STATEMENT.matcher(page.substring(page.indexOf("## keep")));
        assertThat(statements.find()).isTrue();
        String creation = statements.group(1);
        assertThat(statements.find()).isTrue();
        try (EmbeddedDatabase database = EmbeddedDatabase.builder().start()) {
            database.execute("CREATE ROLE outbox_relay; CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY"
                    + " PRIMARY KEY, id text NOT NULL, key text, payload text);" + creation + statements.group(1));
            OutboxFixture outbox = OutboxFixture.existing(
                            database, "outbox", new Columns("id", "seq", "key", "payload"))
                    .keeping();
            outbox.insert("first");
            assertThat(statements.find()).isTrue();
            database.execute(statements.group(1));
            assertThat(outbox.standing()).as("while nothing is published").containsExactly("first");
            try (TestConsumer consumer = TestConsumer.of(outbox).awaitOpen()) {
                assertThat(consumer.awaitRecords(1).get(0).id()).isEqualTo("first");
            }
        }
    }
}
