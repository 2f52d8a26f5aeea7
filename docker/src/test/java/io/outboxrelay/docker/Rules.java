package io.outboxrelay.docker;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What asks Prometheus for something: the alert rules and the dashboard. */
final class Rules {
    /** A name followed by its labels, by a range, or by the end of what it stands in; functions are followed by a parenthesis. */
    private static final Pattern METRIC = Pattern.compile("\\b(?:outbox_relay|kafka|jvm|process)_\\w+\\b");

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

    /** The metrics that the alert rules ask for. */
    static Set<String> metricsOfAlerts() {
        TreeSet<String> metrics = new TreeSet<>();
        rules().forEach(rule ->
                METRIC.matcher(rule.at("expr").text()).results().forEach(found -> metrics.add(found.group())));
        return metrics;
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
