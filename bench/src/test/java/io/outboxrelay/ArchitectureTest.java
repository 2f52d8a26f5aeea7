package io.outboxrelay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The direction of every dependency. It stands in the bench's module because that is the only one whose tests see all
 * others: the product's through the sidecar, the testkit, and the demo.
 */
class ArchitectureTest {
    /** Each group may use the groups before it, and nothing of its own group but itself. */
    private static final List<Set<String>> FROM_LEFT_TO_RIGHT = List.of(
            Set.of("outbox"),
            Set.of("failure"),
            Set.of("source", "route", "publish", "ack", "poison", "lease"),
            Set.of("engine"),
            Set.of("jdbc"),
            Set.of("polling", "debezium"),
            Set.of("config"),
            Set.of("sidecar"));

    /**
     * Beside the product, which uses none of them. Testkit and demo use nothing of the product, and the demo starts the relay as
     * a process; the bench also measures parts of the product by themselves.
     */
    private static final List<Set<String>> BESIDE = List.of(Set.of("testkit"), Set.of("demo"), Set.of("bench"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // What JMH makes of the bench's parts is nobody's to design.
            .withImportOption(location -> !location.contains("/jmh_generated/"))
            .importPackages("io.outboxrelay");

    record Side(String name, List<String> mayNotUse) {}

    static List<Side> sides() {
        Set<String> present = topPackages();
        List<Side> sides = new ArrayList<>();
        for (Set<String> group : FROM_LEFT_TO_RIGHT) {
            Set<String> allowed = FROM_LEFT_TO_RIGHT.stream()
                    .takeWhile(left -> left != group)
                    .flatMap(Set::stream)
                    .collect(Collectors.toSet());
            group.stream().filter(present::contains).forEach(name -> sides.add(side(name, allowed)));
        }
        sides.add(side("testkit", Set.of()));
        sides.add(side("demo", Set.of("testkit")));
        Set<String> benched = new TreeSet<>(Set.of("testkit"));
        FROM_LEFT_TO_RIGHT.forEach(benched::addAll);
        sides.add(side("bench", benched));
        return sides;
    }

    private static Side side(String name, Set<String> mayUse) {
        Set<String> others = new TreeSet<>(topPackages());
        others.remove(name);
        others.removeAll(mayUse);
        return new Side(name, List.copyOf(others));
    }

    private static Set<String> topPackages() {
        return CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith("io.outboxrelay."))
                .map(name -> name.split("\\.", -1)[2])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("sides")
    void packages_use_only_what_stands_to_their_left(Side side) {
        String[] forbidden = side.mayNotUse().stream()
                .map(name -> "io.outboxrelay." + name + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.outboxrelay." + side.name() + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(CLASSES);
    }

    @Test
    void every_package_has_its_place_in_the_order() {
        Set<String> known = new TreeSet<>();
        FROM_LEFT_TO_RIGHT.forEach(known::addAll);
        BESIDE.forEach(known::addAll);
        assertThat(known).containsAll(topPackages());
        // What has not been seen has not been checked: all modules are on this test's classpath.
        assertThat(topPackages())
                .contains("outbox", "failure", "source", "route", "publish", "ack", "engine")
                .contains("jdbc", "polling", "config", "sidecar", "testkit", "demo", "bench");
    }

    @Test
    void packages_are_free_of_cycles() {
        slices().matching("io.outboxrelay.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_is_null_marked() {
        Set<JavaPackage> packages = CLASSES.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(it -> assertThat(it.isAnnotatedWith(NullMarked.class))
                        .as("%s has a package-info with @NullMarked", it.getName())
                        .isTrue());
    }

    @Test
    void interfaces_have_at_most_four_methods() {
        List<JavaClass> interfaces = CLASSES.stream()
                .filter(type -> type.isInterface() && !type.isAnnotation())
                .toList();
        assertThat(interfaces)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.getMethods().stream()
                                .filter(method -> method.getModifiers().contains(JavaModifier.ABSTRACT)))
                        .as(type.getName())
                        .hasSizeLessThanOrEqualTo(4));
    }

    /** Records are what the parameters beyond five are grouped in; what is anonymous or an enum takes no arguments of ours. */
    @Test
    void constructors_have_at_most_five_parameters() {
        List<JavaConstructor> constructors = CLASSES.stream()
                .filter(type -> !type.isRecord() && !type.isEnum() && !type.isAnonymousClass())
                .flatMap(type -> type.getConstructors().stream())
                .toList();
        assertThat(constructors)
                .isNotEmpty()
                .allSatisfy(constructor -> assertThat(constructor.getRawParameterTypes())
                        .as(constructor.getFullName())
                        .hasSizeLessThanOrEqualTo(5));
    }
}
