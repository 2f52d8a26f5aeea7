package io.outboxrelay.publish;

import io.outboxrelay.failure.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/** Which names of producer settings there are, and which of them hold secrets. */
final class ProducerNames {

    /** What plugins are configured by is known to them alone, so with a plugin unknown names are let pass. */
    private static final Set<String> PLUGINS = Set.of(
            "partitioner.class",
            "metric.reporters",
            "security.providers",
            "ssl.engine.factory.class",
            "sasl.client.callback.handler.class",
            "sasl.login.callback.handler.class",
            "sasl.login.class",
            "sasl.oauthbearer.jwt.retriever.class",
            "sasl.oauthbearer.jwt.validator.class");

    private static final List<String> OPEN_PREFIXES = List.of("config.providers.", "metrics.context.");

    private static final Set<String> PASSWORDS = ProducerConfig.configDef().configKeys().values().stream()
            .filter(key -> key.type == ConfigDef.Type.PASSWORD)
            .map(key -> key.name)
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern SECRET = Pattern.compile(
            "passw(or)?d|pwd|passphrase|secret|token$|credential|jaas|\\.key$|api[._-]?key|user\\.info");

    private ProducerNames() {}

    /**
     * Those of the given names that cannot mean anything: slips of a known name, and, unless a plugin is configured that may
     * know them, all others.
     */
    static List<String> unknown(Set<String> given) {
        Set<String> known = ProducerConfig.configNames();
        boolean withPlugin = PLUGINS.stream().anyMatch(given::contains);
        return given.stream()
                .filter(name -> !known.contains(name) && OPEN_PREFIXES.stream().noneMatch(name::startsWith))
                .filter(name -> !withPlugin || NearestName.of(name, known).isPresent())
                .toList();
    }

    /**
     * Whether the value must not be shown: passwords by Kafka's own definition, and whatever a plugin calls by such a name. The name of
     * a client among its credentials is none, and Kafka's client logs it.
     */
    static boolean isSecret(String name) {
        boolean isNamedSo = SECRET.matcher(name.toLowerCase(Locale.ROOT)).find() && !name.endsWith(".client.id");
        return isNamedSo || PASSWORDS.contains(name);
    }
}
