package io.outboxrelay.polling;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OutboxSchema;

/**
 * Where scripts write.
 *
 * @param jdbcUrl with a superuser in it
 * @param history takes in what they commit
 */
record Shop(String jdbcUrl, OutboxSchema schema, CommittedHistory history) {

    /** Another session; the caller closes it. */
    ScriptedWriter writer() {
        return new ScriptedWriter(jdbcUrl, schema, history);
    }
}
