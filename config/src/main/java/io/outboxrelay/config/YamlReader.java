package io.outboxrelay.config;

import io.outboxrelay.config.YamlNode.Entries;
import io.outboxrelay.config.YamlNode.Entry;
import io.outboxrelay.config.YamlNode.Items;
import io.outboxrelay.config.YamlNode.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a YAML 1.2 file of one document into {@link YamlNode}s: values stay the text that they are, and nothing is instantiated.
 * Depth and aliases are bounded, so that no file takes more than a moment. Says what is wrong without repeating any of the file:
 * what is not understood may be part of a password. Reads one file, on one thread.
 */
final class YamlReader {

    /** More than twice what settings need. */
    private static final int DEPTH_MAX = 12;

    /** As many places may refer to an anchor. What an alias stands for can hold none itself, so that nothing multiplies. */
    private static final int ALIASES_MAX = 100;

    private static final String STRING_TAG = "tag:yaml.org,2002:str";
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private final String fileName;
    private final Iterator<Event> events;
    private final Map<Anchor, YamlNode> anchored = new HashMap<>();
    private int aliases;

    private YamlReader(String fileName, String text) {
        this.fileName = fileName;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(fileName)
                .setCodePointLimit(text.length() + 1)
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * What is wrong with the text, as YAML or by the bounds above.
     *
     * @see Problems
     */
    static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        private final String place;
        private final String remedy;

        Unreadable(String place, String what, String remedy) {
            super(what);
            this.place = place;
            this.remedy = remedy;
        }

        String place() {
            return place;
        }

        String remedy() {
            return remedy;
        }
    }

    /**
     * The only document of the text; null where it holds nothing, or comments alone.
     *
     * @param fileName what places begin with
     */
    static @Nullable YamlNode read(String fileName, String text) throws Unreadable {
        try {
            return new YamlReader(fileName, text).document();
        } catch (MarkedYamlEngineException e) {
            throw new Unreadable(
                    e.getProblemMark().map(mark -> place(fileName, mark)).orElse(fileName),
                    "this is not YAML" + (isAboutTabs(e) ? ": a tab cannot indent" : ""),
                    isAboutTabs(e)
                            ? "indent with blanks"
                            : "indent what belongs together by the same blanks; put a value that begins with one of"
                                    + " { } [ ] , & * # ? | - < > = ! % @ ` or holds ': ' or ' #' between single quotes");
        } catch (YamlEngineException e) {
            throw new Unreadable(
                    fileName, "this is not YAML", "write key: value lines; docs/settings.md lists the keys");
        }
    }

    private static boolean isAboutTabs(MarkedYamlEngineException e) {
        return e.getProblem() != null && e.getProblem().contains("\\t");
    }

    private @Nullable YamlNode document() throws Unreadable {
        events.next(); // the stream's start
        Event start = events.next();
        if (start.getEventId() == Event.ID.StreamEnd) {
            return null;
        }
        YamlNode root = node(events.next(), 0);
        events.next(); // the document's end
        Event end = events.next();
        if (end.getEventId() != Event.ID.StreamEnd) {
            throw new Unreadable(place(end), "a second document begins here", "remove the line --- and what follows");
        }
        return root;
    }

    private YamlNode node(Event event, int depth) throws Unreadable {
        if (depth > DEPTH_MAX) {
            throw new Unreadable(
                    place(event), "it is nested more than " + DEPTH_MAX + " deep", "docs/settings.md lists the keys");
        }
        if (event instanceof AliasEvent alias) {
            return referredTo(alias);
        }
        int aliasesBefore = aliases;
        YamlNode node = event instanceof ScalarEvent scalar ? text(scalar) : collection(event, depth);
        Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
        if (anchor.isPresent()) {
            if (aliases > aliasesBefore) {
                throw new Unreadable(
                        node.place(), "what an anchor names holds an alias", "write out what the alias stands for");
            }
            anchored.put(anchor.get(), node);
        }
        return node;
    }

    private YamlNode referredTo(AliasEvent alias) throws Unreadable {
        YamlNode node = anchored.get(alias.getAlias());
        if (node == null) {
            throw new Unreadable(
                    place(alias),
                    "a value that begins with * refers to an anchor, and there is no such anchor above",
                    "put the value between single quotes");
        }
        if (++aliases > ALIASES_MAX) {
            throw new Unreadable(
                    place(alias), "there are more than " + ALIASES_MAX + " aliases", "write out what they stand for");
        }
        return node;
    }

    private Text text(ScalarEvent scalar) throws Unreadable {
        refuseTag(scalar, scalar.getTag());
        boolean isNull = scalar.isPlain() && NULLS.contains(scalar.getValue());
        return new Text(place(scalar), isNull ? null : scalar.getValue());
    }

    private YamlNode collection(Event event, int depth) throws Unreadable {
        if (event instanceof CollectionStartEvent start) {
            refuseTag(start, start.getTag());
            return start.getEventId() == Event.ID.MappingStart ? entries(start, depth) : items(start, depth);
        }
        throw new IllegalStateException("no node begins with " + event.getEventId());
    }

    private Entries entries(Event start, int depth) throws Unreadable {
        List<Entry> entries = new ArrayList<>();
        Event key = events.next();
        while (key.getEventId() != Event.ID.MappingEnd) {
            YamlNode name = node(key, depth + 1);
            if (!(name instanceof Text text) || text.text() == null) {
                throw new Unreadable(place(key), "this is not a key", "write key: value, with a text for the key");
            }
            entries.add(new Entry(place(key), text.text(), node(events.next(), depth + 1)));
            key = events.next();
        }
        return new Entries(place(start), entries);
    }

    private Items items(Event start, int depth) throws Unreadable {
        Event item = events.next();
        while (item.getEventId() != Event.ID.SequenceEnd) {
            node(item, depth + 1);
            item = events.next();
        }
        return new Items(place(start));
    }

    private void refuseTag(Event event, Optional<String> tag) throws Unreadable {
        if (tag.isPresent() && !tag.get().equals("!") && !tag.get().equals(STRING_TAG)) {
            throw new Unreadable(
                    place(event),
                    "a value that begins with ! asks for a type",
                    "put the value between single quotes, or remove the type");
        }
    }

    private String place(Event event) {
        return place(fileName, event.getStartMark().orElseThrow(NoSuchElementException::new));
    }

    private static String place(String fileName, Mark mark) {
        return fileName + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }
}
