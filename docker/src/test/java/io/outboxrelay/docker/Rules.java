package io.outboxrelay.docker;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What asks Prometheus for something: the alert rules and the dashboard. */
final class Rules {
    /** A name with the labels that it is to have, if any; functions have other names. */
    private static final Pattern SERIES =
            Pattern.compile("\\b(?:outbox_relay|kafka|jvm|process)_\\w+\\b(?:\\{[^}]*\\})?");

    private Rules() {}

    static List<String> alerts() {
        return rules().stream().map(rule -> rule.at("alert").text()).toList();
    }

    private static List<Node> rules() {
        return Tree.document("prometheus/rules.yaml")
                .at("groups")
                .items()
                .get(0)
                .at("rules")
                .items();
    }

    /** The metrics that the alert rules ask for, each with the labels by which they choose among its series. */
    static Set<String> seriesOfAlerts() {
        TreeSet<String> series = new TreeSet<>();
        rules().forEach(rule ->
                SERIES.matcher(rule.at("expr").text()).results().forEach(found -> series.add(found.group())));
        return series;
    }

    /** The dashboard's queries as Grafana would send them, for a minute's window and all pipelines. */
    static List<String> queriesOfPanels() {
        return Tree.document("grafana/outbox-relay.json").at("panels").items().stream()
                .flatMap(panel -> panel.at("targets").items().stream())
                .map(target -> target.at("expr")
                        .text()
                        .replace("$__rate_interval", "1m")
                        .replace("$pipeline", ".*"))
                .toList();
    }
}
