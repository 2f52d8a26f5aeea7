package io.outboxrelay.publish;

import io.outboxrelay.failure.NearestName;
import io.outboxrelay.failure.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SecurityConfig;

/**
 * The name of the way to log in. Kafka takes any; one that there is not shows as connections that break and time out, as if
 * the network never healed.
 */
final class SaslMechanism {

    private static final String NAME = PublisherSettings.PREFIX + SaslConfigs.SASL_MECHANISM;

    /** What Kafka's clients bring. */
    private static final List<String> KNOWN =
            List.of("GSSAPI", "OAUTHBEARER", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");

    /** With one of these, a mechanism of somebody's own may be there. */
    private static final List<String> OWN = List.of(
            SecurityConfig.SECURITY_PROVIDERS_CONFIG,
            SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS,
            SaslConfigs.SASL_LOGIN_CLASS);

    private SaslMechanism() {}

    /** @param given producer settings by their Kafka names */
    static List<Problem> problems(Map<String, String> given) {
        String mechanism = given.getOrDefault(SaslConfigs.SASL_MECHANISM, KNOWN.get(0));
        if (KNOWN.contains(mechanism) || OWN.stream().anyMatch(given::containsKey)) {
            return List.of();
        }
        String remedy = NearestName.of(mechanism.toUpperCase(Locale.ROOT), KNOWN)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("name one of " + String.join(", ", KNOWN));
        return List.of(new Problem(NAME + "=" + mechanism + " is not a mechanism", remedy));
    }
}
