package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TriggerBodyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN NEW.seq := nextval('s'); RETURN NEW; END",
                "begin\n  new . seq = NEXTVAL ( 's'::regclass );\n  return new;\nend;",
                "DECLARE n int; BEGIN -- if this then\n n := 1; /* return */ NEW.\"seq\" := pg_catalog.nextval('s'); RETURN NEW; END",
                "BEGIN NEW.type := 'if'; NEW.seq := nextval('s'); IF NEW.type = 'x' THEN NEW.type := 'y'; END IF; RETURN NEW; END",
            })
    void a_draw_on_every_path_is_one(String source) {
        assertThat(TriggerBody.read("plpgsql", source, "seq")).isEqualTo(new TriggerBody.Draws("s"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN IF NEW.seq IS NULL THEN NEW.seq := nextval('s'); END IF; RETURN NEW; END",
                "BEGIN NEW.seq := coalesce(NEW.seq, nextval('s')); RETURN NEW; END",
                "BEGIN NEW.seq := nextval('s'); NEW.seq := 5; RETURN NEW; END",
                "BEGIN NEW.seq := nextval('s'); IF NEW.type = 'x' THEN NEW.seq = 5; END IF; RETURN NEW; END",
                "BEGIN NEW.seq := nextval('s') * 2; RETURN NEW; END",
                "BEGIN NEW.seq := nextval(TG_ARGV[0]); RETURN NEW; END",
                "BEGIN SELECT max(seq) INTO NEW.seq FROM outbox; RETURN NEW; END",
                "BEGIN SELECT 1, 2 INTO n, NEW.seq; RETURN NEW; END",
                "BEGIN RETURN NEW; NEW.seq := nextval('s'); END",
                "BEGIN -- NEW.seq := nextval('s');\n NEW.seq := 1; RETURN NEW; END",
            })
    void what_may_leave_another_number_is_unclear(String source) {
        assertThat(TriggerBody.read("plpgsql", source, "seq")).isEqualTo(new TriggerBody.Unclear());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN RETURN NEW; END",
                "BEGIN NEW.seqno := 1; RETURN NEW; END",
                "BEGIN RAISE NOTICE 'new.seq := %', NEW.seq; RETURN NEW; END",
                "BEGIN IF NEW.seq = 5 THEN NEW.type := 'five'; END IF; RETURN NEW; END",
                "BEGIN NEW.\"SEQ\" := 1; RETURN NEW; END",
            })
    void what_only_looks_is_left_alone(String source) {
        assertThat(TriggerBody.read("plpgsql", source, "seq")).isEqualTo(new TriggerBody.LeavesAlone());
    }

    @Test
    void another_language_is_trusted_only_when_it_does_not_name_the_column() {
        assertThat(TriggerBody.read("plpython3u", "TD['new']['seq'] = 1", "seq"))
                .isEqualTo(new TriggerBody.Unclear());
        assertThat(TriggerBody.read("plpython3u", "return None", "seq")).isEqualTo(new TriggerBody.LeavesAlone());
        assertThat(TriggerBody.read("c", "tsvector_update_trigger", "seq")).isEqualTo(new TriggerBody.LeavesAlone());
    }
}
