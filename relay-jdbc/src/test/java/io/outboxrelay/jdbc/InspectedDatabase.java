package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A database of its own for one test, with a relay's role that owns nothing. Remedies are run as its superuser, as they stand. */
final class InspectedDatabase {
    /** Needs quoting wherever it appears. */
    static final String ROLE = "Relay-1";

    static final String GRANTS =
            "GRANT SELECT, DELETE ON outbox TO \"Relay-1\"; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO \"Relay-1\"";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final EmbeddedDatabase server;
    private final String name = "inspected" + COUNT.incrementAndGet();

    InspectedDatabase(EmbeddedDatabase server, String setup) throws SQLException {
        this.server = server;
        server.createDatabase(name);
        execute(setup);
    }

    static EmbeddedDatabase server() throws SQLException {
        return withRole(EmbeddedDatabase.started());
    }

    static EmbeddedDatabase withRole(EmbeddedDatabase server) throws SQLException {
        server.execute("CREATE ROLE \"Relay-1\" LOGIN");
        return server;
    }

    String name() {
        return name;
    }

    void execute(String sql) throws SQLException {
        server.execute(name, sql);
    }

    PostgresConnections relay() {
        return new PostgresConnections(ConnectionSettings.of(server.url(name), ROLE, null));
    }

    /** A connection of the superuser; the caller closes it. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, name));
    }

    Inspection inspect(InspectionRequest request) throws SQLException {
        try (Connection connection = relay().open()) {
            return new PostgresInspection(relay()).inspect(connection, request);
        }
    }

    List<Problem> problems(InspectionRequest request) throws SQLException {
        return inspect(request) instanceof Inspection.Unsound unsound
                ? unsound.failure().problems()
                : List.of();
    }

    /** Runs every remedy that is SQL, one after the other, each as one text. */
    void remedy(List<Problem> problems) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (Problem problem : problems) {
                if (problem.remedy().matches("(?s)(CREATE|ALTER|GRANT|SELECT|BEGIN|DROP|REINDEX)\\b.*")) {
                    statement.execute(problem.remedy());
                }
            }
        }
    }

    static InspectionRequest request() {
        return request("outbox");
    }

    static InspectionRequest request(String table) {
        return new InspectionRequest(table, columns("payload"), OutboxOrder.SEQUENCE, new OutboxRetention.Delete());
    }

    static InspectionRequest requestCommitTimestamp() {
        return new InspectionRequest(
                "outbox", columns("payload"), OutboxOrder.COMMIT_TIMESTAMP, new OutboxRetention.Delete());
    }

    static InspectionRequest requestNone() {
        return new InspectionRequest("outbox", columns("payload"), OutboxOrder.NONE, new OutboxRetention.Delete());
    }

    static InspectionRequest requestTimed() {
        InspectionRequest.Columns columns = new InspectionRequest.Columns(
                "id", "seq", "aggregateid", "payload", List.of("aggregatetype", "happened"), "happened");
        return new InspectionRequest("outbox", columns, OutboxOrder.SEQUENCE, new OutboxRetention.Delete());
    }

    static InspectionRequest.Columns columns(String payload) {
        return new InspectionRequest.Columns("id", "seq", "aggregateid", payload, List.of("aggregatetype", "type"));
    }
}
