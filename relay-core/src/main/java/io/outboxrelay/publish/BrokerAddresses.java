package io.outboxrelay.publish;

import io.outboxrelay.failure.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.utils.Utils;

/** What is wrong with the addresses of the brokers, as far as it shows without asking anybody. */
final class BrokerAddresses {

    private static final String SERVERS = PublisherSettings.PREFIX + ProducerConfig.BOOTSTRAP_SERVERS_CONFIG;
    private static final int PORT_MAX = 65_535;

    private BrokerAddresses() {}

    /** @param given producer settings by their Kafka names */
    static List<Problem> problems(Map<String, String> given) {
        String servers =
                given.getOrDefault(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "").trim();
        if (servers.isEmpty()) {
            return List.of(new Problem(SERVERS + " is missing", "name the brokers: " + SERVERS + "=host:9092"));
        }
        List<Problem> problems = new ArrayList<>();
        for (String server : servers.split(",", -1)) {
            String address = server.trim();
            if (!isAddress(address)) {
                problems.add(new Problem(
                        SERVERS + " holds '" + address + "', which is not host:port",
                        "write host:port with a port from 1 to 65535, several separated by commas"));
            }
        }
        return problems;
    }

    private static boolean isAddress(String address) {
        try {
            Integer port = Utils.getPort(address);
            return Utils.getHost(address) != null && port != null && port >= 1 && port <= PORT_MAX;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
