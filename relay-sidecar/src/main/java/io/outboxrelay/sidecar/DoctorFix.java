package io.outboxrelay.sidecar;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.slot.Finding;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Runs what makes the missing parts of a set-up, each statement by itself, and prints it before. What would give up a position or a
 * slot, or change or drop what is there, which may be somebody else's, is left to people.
 * Used by one thread.
 */
final class DoctorFix {

    /** How the statements begin that make something new, or put the relay's own note on it. */
    private static final List<String> MAKING =
            List.of("CREATE PUBLICATION ", "SELECT pg_create_logical_replication_slot(", "DO $stamp$ ", "DO $slot$ ");

    private final ConnectionSettings admin;
    private final PrintWriter out;

    /** @param admin by which the statements are run */
    DoctorFix(ConnectionSettings admin, PrintWriter out) {
        this.admin = admin;
        this.out = out;
    }

    /**
     * Mends what can be mended without giving anything up.
     *
     * @return whether anything was run
     * @throws RelayException when a statement fails; those before it stay done
     */
    boolean run(List<Finding> findings) {
        List<Finding> left = findings.stream().filter(DoctorFix::isForPeople).toList();
        left.forEach(finding -> out.println("left    " + finding.subject() + ": " + finding.what()
                + (finding.statements().isEmpty()
                        ? ": mend that first"
                        : ": what mends it gives up events, or changes or drops what is there; run it yourself")));
        List<String> statements = findings.stream()
                .filter(finding -> !isForPeople(finding))
                .flatMap(finding -> finding.statements().stream())
                .toList();
        // A slot must not be made before what it needs is mended by somebody.
        if (statements.isEmpty() || !left.isEmpty()) {
            return false;
        }
        try (Connection connection = new PostgresConnections(admin).open();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                out.println("run     " + sql + ";");
                out.flush();
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, admin));
        }
        return true;
    }

    private static boolean isForPeople(Finding finding) {
        return finding.kind() == FailureKind.POSITION_LOST
                || finding.statements().isEmpty()
                || !finding.statements().stream().allMatch(DoctorFix::makes);
    }

    private static boolean makes(String sql) {
        return MAKING.stream().anyMatch(sql::startsWith);
    }
}
