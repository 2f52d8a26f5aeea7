package io.outboxrelay.docker;

import java.util.List;
import java.util.Map;

/** A place in a document; what is not there is a place with nothing in it. */
record Node(Object value) {
    private static final Object NOTHING = "(nothing)";

    /** What stands under names, one inside the other. */
    Node at(String... names) {
        Object here = value;
        for (String name : names) {
            Object there = here instanceof Map<?, ?> map ? map.get(name) : null;
            here = there == null ? NOTHING : there;
        }
        return new Node(here);
    }

    boolean isThere() {
        return !value.equals(NOTHING);
    }

    /** The items of a list; none where there is no list. */
    List<Node> items() {
        return value instanceof List<?> list
                ? list.stream().map(item -> new Node((Object) item)).toList()
                : List.of();
    }

    /** The item of a list that has this value under this name. */
    Node item(String name, String wanted) {
        return items().stream()
                .filter(item -> item.at(name).text().equals(wanted))
                .findFirst()
                .orElse(new Node(NOTHING));
    }

    String text() {
        return String.valueOf(value);
    }
}
