package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code outbox-relay init-sql} prints, to the letter. */
class InitSqlTest {

    @ParameterizedTest
    @CsvSource({
        "usual,",
        "writer, --writer shop",
        "archive, --retention archive --table events.outbox --role relay --writer shop",
        "keep, --retention keep --payload-type bytea",
        "quoted, --table \"My.Shop\".\"Out'box\" --role Relay --writer order --retention archive",
        "debezium, --source debezium --writer shop",
        "debezium-table, --source debezium --table \"My.Shop\".outbox --role Relay --payload-type json",
        "debezium-retention, --source debezium --retention keep",
        "mysql, --database mysql --table shop.outbox --writer shop@10.0.0.%",
        "mysql-quoted, --database mysql --table My-Shop.out`box --role O'Relay --payload-type json",
        "mysql-no-database, --database mysql",
        "mysql-polling, --database mysql --table shop.outbox --source polling",
        "mysql-payload-type, --database mysql --table shop.outbox --payload-type jsonb",
        "unknown-database, --database oracle",
        "no-table, --table a.b.c",
        "payload-type, --payload-type xml",
        "set-without-file, --set outbox.table=a",
    })
    void prints_what_the_golden_file_says(String name, String arguments) {
        String[] given =
                ("init-sql " + (arguments == null ? "" : arguments)).strip().split(" ");
        Golden.assertSame("init-sql/" + name, CommandRun.of(given).shown());
    }

    @ParameterizedTest
    @CsvSource({"sequence, keep", "commit-timestamp, archive", "none, delete"})
    void takes_names_order_retention_and_role_from_a_file(String order, String retention, @TempDir Path directory)
            throws Exception {
        CommandRun run = CommandRun.of(
                "init-sql", "--config", file(directory, order, retention).toString(), "--writer", "shop");
        Golden.assertSame("init-sql/file-" + order, run.shown());
    }

    @Test
    void of_several_pipelines_one_is_named(@TempDir Path directory) throws Exception {
        String file = Files.writeString(directory.resolve("relay.yaml"), """
                pipelines:
                  orders: {source.url: "jdbc:postgresql://db/a", outbox.table: a.box, kafka.bootstrap.servers: "b:1"}
                  billing: {source.url: "jdbc:postgresql://db/b", outbox.table: b.box, kafka.bootstrap.servers: "b:1"}
                """).toString();
        assertThat(CommandRun.of("init-sql", "--config", file, "--pipeline", "billing")
                        .out())
                .contains("b.box")
                .doesNotContain("a.box");
        for (String[] none : new String[][] {{}, {"--pipeline", "shipping"}}) {
            CommandRun run = CommandRun.of(Stream.concat(Stream.of("init-sql", "--config", file), Stream.of(none))
                    .toArray(String[]::new));
            assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(run.err()).startsWith("--pipeline NAME says which of the file's: orders, billing");
        }
    }

    @Test
    void what_is_given_besides_a_file_wins(@TempDir Path directory) throws Exception {
        String file = file(directory, "sequence", "keep").toString();
        assertThat(CommandRun.of("init-sql", "--config", file, "--table", "other.box", "--role", "else")
                        .out())
                .contains(
                        "CREATE TABLE IF NOT EXISTS other.box (", "CREATE ROLE else LOGIN".replace("else", "\"else\""))
                .contains("CREATE TABLE IF NOT EXISTS other.states (");
        assertThat(CommandRun.of("init-sql", "--config", file, "--retention", "delete")
                        .out())
                .contains("GRANT SELECT, DELETE ON events.\"Box\"")
                .doesNotContain("states");
    }

    @Test
    void rows_are_not_kept_without_a_sequence(@TempDir Path directory) throws Exception {
        String file = file(directory, "none", "delete").toString();
        CommandRun run = CommandRun.of("init-sql", "--config", file, "--retention", "keep");
        assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(run.err()).startsWith("Rows can only be kept with outbox.order = sequence");
    }

    @Test
    void a_file_that_cannot_work_is_refused(@TempDir Path directory) {
        CommandRun run = CommandRun.of(
                "init-sql", "--config", directory.resolve("none.yaml").toString());
        assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(run.err()).contains("there is no such file");
    }

    private static Path file(Path directory, String order, String retention) throws Exception {
        return Files.writeString(directory.resolve("relay.yaml"), """
                source: {url: "jdbc:postgresql://db/shop", username: "relay of shop"}
                outbox:
                  table: events."Box"
                  order: %s
                  retention: %s
                  columns: {id: Id, sequence: "no", key: aggregate, payload: body}
                %s
                route: {topic: "${region}.${aggregatetype}", headers: {kind: type, trace: traceparent, key: aggregate}}
                kafka.bootstrap.servers: broker:9092
                """.formatted(
                        order, retention, retention.equals("keep") ? "  stateTable: states" : ""));
    }
}
