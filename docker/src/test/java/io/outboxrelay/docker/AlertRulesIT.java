package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The alert rules, by Prometheus' own tool. */
class AlertRulesIT {
    @BeforeAll
    static void promtool() {
        Engine.requireProgram("promtool", "--version");
    }

    @Test
    void the_rules_are_sound() throws Exception {
        assertThat(Program.run(List.of("promtool", "check", "rules", "prometheus/rules.yaml")))
                .contains("SUCCESS");
    }

    @Test
    void each_alert_fires_in_one_story_and_is_silent_in_another() throws Exception {
        assertThat(Program.run(List.of("promtool", "test", "rules", "prometheus/rules-test.yaml")))
                .contains("SUCCESS");

        TreeSet<String> firing = new TreeSet<>();
        TreeSet<String> silent = new TreeSet<>();
        for (Node story :
                Tree.document("prometheus/rules-test.yaml").at("tests").items()) {
            for (Node expected : story.at("alert_rule_test").items()) {
                (expected.at("exp_alerts").items().isEmpty() ? silent : firing)
                        .add(expected.at("alertname").text());
            }
        }
        TreeSet<String> alerts = new TreeSet<>(Rules.alerts());
        assertThat(firing).isEqualTo(alerts);
        assertThat(silent).isEqualTo(alerts);
    }
}
