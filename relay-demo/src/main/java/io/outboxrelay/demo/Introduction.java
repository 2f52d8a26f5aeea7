package io.outboxrelay.demo;

import java.nio.file.Path;
import java.util.List;

/** What is there to be looked at, and how. */
record Introduction(Servers servers, Relay relay, Path config, Path distribution) {
    List<String> lines() {
        String kafka = servers.kafka().bootstrapServers();
        return List.of(
                "",
                "The relay is process " + relay.pid() + ":",
                "  " + distribution.resolve("bin/outbox-relay") + " run \\",
                "    --config " + config,
                "",
                "Look for yourself, in another terminal, while this runs:",
                "  " + servers.shop().look(),
                "  kafka-console-consumer.sh --bootstrap-server " + kafka + " \\",
                "    --include 'outbox.event.*' --from-beginning \\",
                "    --property print.key=true --property print.headers=true",
                "Ctrl-C ends it.",
                "");
    }
}
