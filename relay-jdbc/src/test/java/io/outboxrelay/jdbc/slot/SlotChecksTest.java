package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.TableName;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SlotChecksTest {

    /** No server before PostgreSQL 14 is at hand in the tests. */
    @Test
    void an_outbox_without_a_table_is_refused_where_the_server_hands_no_messages_on() {
        Finding refused = ofServer(null, 130_023);

        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(refused.what()).contains("PostgreSQL 13 hands no logical messages on");
        assertThat(ofServer(null, 140_000)).isNull();
        assertThat(ofServer(TableName.parse("app.outbox"), 130_023)).isNull();
    }

    @Test
    void where_a_position_is_stored_another_name_is_not_advised_without_the_gap_that_it_leaves() {
        SlotFound physical = new SlotFound(
                new SlotFound.Output(null, null, false, false, false),
                new SlotFound.Place(1L, null, 0),
                null,
                "reserved",
                false);

        assertThat(ofKind(physical, null).problem().remedy()).endsWith("makes one that fits");
        assertThat(ofKind(physical, new StreamPosition(1, 1, 0x2_0000_00AFL, "1.1/1.1"))
                        .problem()
                        .remedy())
                .contains("name another one", "makes one that fits, but begins when it is made")
                .endsWith("what was committed behind 2/AF is not read through it");
    }

    private static Finding ofKind(SlotFound slot, @Nullable StreamPosition stored) {
        SlotRequest request = new SlotRequest("slot", "publication", TableName.parse("app.outbox"), List.of(), false);
        ServerFound server = new ServerFound(180_000, "logical", false, 1, 1, 1);
        return Objects.requireNonNull(
                new SlotChecks(request, new StreamStatements(request), stored, stored, new TimelineHistory(Map.of()))
                        .ofKind(new StreamLook(server, slot, null, null)));
    }

    private static @Nullable Finding ofServer(@Nullable TableName table, int version) {
        SlotRequest request = new SlotRequest("slot", "publication", table, List.of(), false);
        return new SlotChecks(request, new StreamStatements(request), null, null, new TimelineHistory(Map.of()))
                .ofServer(new ServerFound(version, "logical", false, 1, 1, 1));
    }
}
