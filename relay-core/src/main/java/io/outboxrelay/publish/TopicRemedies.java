package io.outboxrelay.publish;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * The commands that mend a topic, as they come with Kafka.
 *
 * @param servers {@code bootstrap.servers}
 * @param user whom the brokers take the relay for
 * @param brokers how many there are
 */
public record TopicRemedies(String servers, String user, int brokers) {

    private static final int COPIES = 3;
    private static final Pattern USERNAME = Pattern.compile("\\busername\\s*=\\s*\"([^\"]+)\"");

    static TopicRemedies of(PublisherSettings settings, int brokers) {
        Object jaas = settings.producerConfig().get(SaslConfigs.SASL_JAAS_CONFIG);
        Matcher username = USERNAME.matcher(jaas == null ? "" : jaas.toString());
        String user = settings.securityProtocol().equals("PLAINTEXT")
                ? "ANONYMOUS"
                : username.find() ? username.group(1) : "THE_RELAY";
        return new TopicRemedies(settings.bootstrapServers(), user, brokers);
    }

    String create(String topic) {
        return command(
                "topics",
                " --create --topic " + topic + " --partitions 6 --replication-factor " + Math.min(COPIES, brokers));
    }

    /** @param topic a name of letters, digits, dots, dashes and underscores, as every topic's is */
    String allowWrite(String topic) {
        return allow(topic, List.of("Write", "Describe"));
    }

    String inSyncMin(String topic, int replicas) {
        return config(topic, "min.insync.replicas=" + replicas);
    }

    String messageBytesMax(String topic, long bytes) {
        return config(topic, "max.message.bytes=" + (bytes + bytes / 10 + 1_024));
    }

    /** @param operations what the relay must be allowed to do with the topic, by Kafka's words for it */
    public String allow(String topic, List<String> operations) {
        return command(
                "acls",
                " --add --allow-principal 'User:" + user + "' --operation " + String.join(" --operation ", operations)
                        + " --topic " + topic);
    }

    /** Has the topic keep the latest message of each key for ever, and only those. */
    public String compact(String topic) {
        return config(topic, "cleanup.policy=compact");
    }

    String moreReplicas(String topic) {
        return brokers == 1
                ? "nothing as long as there is one broker; for more than a trial, have three"
                : "add replicas to " + topic + " by kafka-reassign-partitions.sh";
    }

    private String config(String topic, String setting) {
        return command("configs", " --alter --topic " + topic + " --add-config " + setting);
    }

    private String command(String tool, String arguments) {
        return "kafka-" + tool + ".sh --bootstrap-server " + servers + arguments;
    }
}
