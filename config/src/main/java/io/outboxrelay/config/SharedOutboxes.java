package io.outboxrelay.config;

import io.outboxrelay.jdbc.OutboxAddress;
import java.util.ArrayList;
import java.util.List;

/** Notes pipelines that read one and the same outbox: the second would stand by for ever. Used by one thread. */
final class SharedOutboxes {

    private record Seen(Section section, OutboxAddress address) {}

    private final Problems problems;
    private final List<Seen> seen = new ArrayList<>();

    SharedOutboxes(Problems problems) {
        this.problems = problems;
    }

    /** Compares a pipeline with those before it, as far as it is known what it reads. */
    void look(Section section, SettingValues values) {
        values.find(KnownSettings.SOURCE_URL)
                .flatMap(url -> values.find(KnownSettings.TABLE)
                        .flatMap(table -> OutboxAddress.of(
                                url, values.find(KnownSettings.SOURCE_USERNAME).orElse(null), table)))
                .ifPresent(address -> compare(section, address));
    }

    private void compare(Section section, OutboxAddress address) {
        seen.stream()
                .filter(earlier -> earlier.address().isSameAs(address))
                .findFirst()
                .ifPresentOrElse(
                        earlier -> problems.add(
                                section.start() + " " + section.path(""),
                                "it reads " + address.table() + " of the same database as "
                                        + earlier.section().path(""),
                                "remove one of them; where they are two tables of one name, write their schemas"),
                        () -> seen.add(new Seen(section, address)));
    }
}
