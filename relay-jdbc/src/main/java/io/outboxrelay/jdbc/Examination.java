package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Check;
import java.util.List;

/**
 * An inspection with all that it looked at.
 *
 * @param outcome what it comes to
 * @param checks one for each subject, in the order in which they were looked at
 */
public record Examination(Inspection outcome, List<Check> checks) {

    public Examination {
        checks = List.copyOf(checks);
    }
}
