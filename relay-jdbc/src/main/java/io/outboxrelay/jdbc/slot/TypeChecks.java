package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.FailureKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether Debezium can read the database's types, all of which it reads at its start. Of every type of the category of enums it takes for
 * granted that there are values, and ends on one that has none of its own: a domain over an enum, or an enum without any.
 */
final class TypeChecks {

    private static final String WITHOUT_VALUES = """
            SELECT format('%I.%I', n.nspname, t.typname), t.typtype = 'd'
              FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
             WHERE t.typcategory = 'E' AND NOT EXISTS (SELECT FROM pg_enum e WHERE e.enumtypid = t.oid) ORDER BY 1 LIMIT 3""";

    private TypeChecks() {}

    static List<Finding> findings(Connection connection) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(WITHOUT_VALUES)) {
            while (row.next()) {
                String type = row.getString(1);
                findings.add(
                        row.getBoolean(2)
                                ? of(
                                        "domain " + type + " is over an enum",
                                        "make it a domain over text with a CHECK, or use the enum itself where it is used, and drop the domain")
                                : of(
                                        "enum " + type + " has no values",
                                        "give it one, ALTER TYPE ... ADD VALUE, or drop it"));
            }
        }
        return findings;
    }

    private static Finding of(String what, String remedy) {
        return new Finding(
                Finding.SERVER,
                FailureKind.MISCONFIGURED,
                what + ": with such a type anywhere in the database, Debezium ends at its start",
                List.of(),
                remedy + "; or set source.type = polling, which reads no types but the outbox's");
    }
}
