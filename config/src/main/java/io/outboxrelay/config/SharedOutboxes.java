package io.outboxrelay.config;

import io.outboxrelay.jdbc.OutboxAddress;
import java.util.ArrayList;
import java.util.List;

/** Notes pipelines that read one and the same outbox, or slot: the second would stand by for ever. Used by one thread. */
final class SharedOutboxes {

    private record Seen(Section section, OutboxAddress address) {}

    private final Problems problems;
    private final List<Seen> tables = new ArrayList<>();

    /** A slot has an address as a table has one. */
    private final List<Seen> slots = new ArrayList<>();

    SharedOutboxes(Problems problems) {
        this.problems = problems;
    }

    /** Compares a pipeline with those before it, as far as it is known what it reads. */
    void look(Section section, SettingValues values) {
        boolean isNew = look(
                section,
                values,
                KnownSettings.TABLE,
                tables,
                new Said("", "remove one of them; where they are two tables of one name, write their schemas"));
        if (isNew) {
            look(
                    section,
                    values,
                    LogSettings.SLOT,
                    slots,
                    new Said("slot ", "give each a source.slot and a source.publication of its own"));
        }
    }

    private record Said(String what, String remedy) {}

    private boolean look(Section section, SettingValues values, Setting<String> name, List<Seen> seen, Said said) {
        OutboxAddress address = values.find(KnownSettings.SOURCE_URL)
                .flatMap(url -> values.find(name)
                        .flatMap(text -> OutboxAddress.of(
                                url, values.find(KnownSettings.SOURCE_USERNAME).orElse(null), text)))
                .orElse(null);
        if (address == null) {
            return true;
        }
        for (Seen earlier : seen) {
            if (earlier.address().isSameAs(address)) {
                String shown = said.what().isEmpty()
                        ? address.table().toString()
                        : said.what() + address.table().table();
                problems.add(
                        section.start() + " " + section.path(""),
                        "it reads " + shown + " of the same database as "
                                + earlier.section().path(""),
                        said.remedy());
                return false;
            }
        }
        seen.add(new Seen(section, address));
        return true;
    }
}
