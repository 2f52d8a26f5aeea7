package io.outboxrelay.config;

import io.outboxrelay.config.YamlNode.Entries;
import io.outboxrelay.config.YamlNode.Entry;
import io.outboxrelay.config.YamlNode.Items;
import io.outboxrelay.config.YamlNode.Text;
import io.outboxrelay.failure.NearestName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The pipelines that a file names, as it is read. Their names become labels of metrics, names of threads and client ids: so they
 * are short and plain. Used by one thread.
 */
final class WrittenPipelines {

    /** As a regular expression of any dialect. */
    static final String NAME = "[a-z][a-z0-9_-]{0,39}";

    /** Each has threads, a session and a producer of its own. */
    private static final int PIPELINES_MAX = 100;

    private static final Pattern NAMES = Pattern.compile(NAME);
    private static final int NAME_SHOWN_MAX = 60;

    private final Problems problems;
    private final Map<String, String> places = new LinkedHashMap<>();
    private boolean areThere;

    WrittenPipelines(Problems problems) {
        this.problems = problems;
    }

    /** Whether this is the group of pipelines, or one of them as a whole. */
    boolean isAbout(KeyPath path) {
        return !path.within().isEmpty() ? path.key().isEmpty() : path.key().equals(KeyPath.PIPELINES);
    }

    boolean areThere() {
        return areThere;
    }

    Map<String, String> places() {
        return places;
    }

    /** Whether a group that there is not was meant to hold pipelines. */
    boolean isMeantBy(String group) {
        boolean meant = NearestName.of(group, List.of(KeyPath.PIPELINES)).isPresent();
        areThere |= meant;
        return meant;
    }

    /** Notes a pipeline, or their group; whether what stands in it is to be looked at. */
    boolean mayHold(KeyPath path, Entry entry) {
        areThere = true;
        boolean isGroup = path.within().isEmpty();
        if (!isGroup && !isNamedBy(path, entry.keyPlace())) {
            return false;
        }
        Given given = new Given(entry.keyPlace(), path, "");
        if (!isGroup && !(entry.value() instanceof Entries) && !isNothing(entry)) {
            // What was meant by it is not known: nothing of it is said to be missing.
            places.remove(path.pipeline());
        }
        if (entry.value() instanceof Items) {
            problems.add(given, "a list is not possible", "give each pipeline a name: pipelines: {orders: {...}}");
        } else if (entry.value() instanceof Text && !isNothing(entry)) {
            problems.add(given, "it takes no value", "write what belongs to it below it, indented");
        } else if (isGroup
                && !(entry.value() instanceof Entries entries
                        && !entries.entries().isEmpty())) {
            problems.add(given, "there is no pipeline in it", "give each pipeline a name: pipelines: {orders: {...}}");
        }
        return entry.value() instanceof Entries;
    }

    private static boolean isNothing(Entry entry) {
        return entry.value() instanceof Text text && text.text() == null;
    }

    /** Notes the pipeline that a key is of, if it is of one; false where what is named so cannot be one. */
    boolean isNamedBy(KeyPath path, String place) {
        if (path.within().isEmpty()) {
            return true;
        }
        String name = path.pipeline();
        if (places.putIfAbsent(name, place) != null) {
            return true;
        }
        areThere = true;
        if (SettingGroups.isGroup(name) || name.equals(KeyPath.PIPELINES)) {
            places.remove(name);
            problems.add(
                    place + " " + KeyPath.PIPELINES,
                    "the name of a pipeline is missing before " + name,
                    "put a name of your own in between: pipelines: {orders: {" + name + ": ...}}");
            return false;
        }
        if (!NAMES.matcher(name).matches()) {
            String shown = name.length() <= NAME_SHOWN_MAX ? name : name.substring(0, NAME_SHOWN_MAX) + "...";
            problems.add(
                    place + " " + KeyPath.PIPELINES,
                    "'" + shown + "' cannot be the name of a pipeline",
                    "use 1 to 40 small letters, digits, - and _, beginning with a letter");
        }
        if (places.size() > PIPELINES_MAX) {
            problems.add(place, "there are more than " + PIPELINES_MAX + " pipelines", "run another relay for them");
            problems.throwIfAny();
        }
        return true;
    }
}
