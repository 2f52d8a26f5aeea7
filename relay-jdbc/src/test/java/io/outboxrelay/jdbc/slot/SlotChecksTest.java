package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.TableName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No server before PostgreSQL 14 is at hand in the tests. */
class SlotChecksTest {

    @Test
    void an_outbox_without_a_table_is_refused_where_the_server_hands_no_messages_on() {
        Finding refused = ofServer(null, 130_023);

        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(refused.what()).contains("PostgreSQL 13 hands no logical messages on");
        assertThat(ofServer(null, 140_000)).isNull();
        assertThat(ofServer(TableName.parse("app.outbox"), 130_023)).isNull();
    }

    private static @Nullable Finding ofServer(@Nullable TableName table, int version) {
        SlotRequest request = new SlotRequest("slot", "publication", table, List.of(), false);
        return new SlotChecks(request, new StreamStatements(request), null, null, new TimelineHistory(Map.of()))
                .ofServer(new ServerFound(version, "logical", false, 1, 1, 1));
    }
}
