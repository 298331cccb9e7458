package dev.understudy.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The floors of the house: contracts are on the ground, assembly is on the roof, and nobody imports upward. */
class FloorsTest {

    private static final String ROOT = "dev.understudy";

    private static final Map<String, Integer> FLOORS = Map.ofEntries(
            Map.entry(ROOT, 6),
            Map.entry(ROOT + ".config", 5),
            Map.entry(ROOT + ".health", 5),
            Map.entry(ROOT + ".report", 5),
            Map.entry(ROOT + ".rollout", 4),
            Map.entry(ROOT + ".fallback", 4),
            Map.entry(ROOT + ".cache", 4),
            Map.entry(ROOT + ".breaker", 4),
            Map.entry(ROOT + ".budget", 4),
            Map.entry(ROOT + ".throttle", 4),
            Map.entry(ROOT + ".retry", 4),
            Map.entry(ROOT + ".insight", 4),
            Map.entry(ROOT + ".micrometer", 4),
            Map.entry(ROOT + ".log", 4),
            Map.entry(ROOT + ".call", 3),
            Map.entry(ROOT + ".event", 2),
            Map.entry(ROOT + ".chat", 1),
            Map.entry(ROOT + ".evidence", 1),
            Map.entry(ROOT + ".store", 1),
            Map.entry(ROOT + ".error", 0),
            Map.entry(ROOT + ".time", 0));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyPackageHasAFloor() {
        assertThat(CLASSES).extracting(JavaClass::getPackageName).isSubsetOf(FLOORS.keySet());
    }

    @Test
    void aPackageImportsOnlyFromFloorsBelowItsOwn() {
        var upward = new TreeSet<String>();
        for (JavaClass origin : CLASSES) {
            for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                String from = origin.getPackageName();
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (!from.equals(to) && FLOORS.containsKey(to) && FLOORS.get(to) >= FLOORS.getOrDefault(from, 0)) {
                    upward.add(from + " -> " + to + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(upward).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "io.micrometer.., dev.understudy.micrometer",
        "io.github.resilience4j.., dev.understudy.breaker",
        "com.github.benmanes.., dev.understudy.cache",
        "org.snakeyaml.., dev.understudy.config",
    })
    void onePackageKnowsTheLibrary(String library, String owner) {
        check(noClasses().that(resideOutsideOfPackage(owner)).should().dependOnClassesThat(resideInAPackage(library)));
    }

    @Test
    void timeIsReadInOnePlace() {
        check(noClasses()
                .that(resideOutsideOfPackage(ROOT + ".time"))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone"));
    }

    @Test
    void nobodySleepsAndNothingIsBoundToAThread() {
        check(noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ThreadLocal.class, InheritableThreadLocal.class));
    }

    @Test
    void everyPackageSaysWhatNullMeans() {
        var unmarked = new TreeSet<String>();
        for (JavaClass type : CLASSES) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked).isEmpty();
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
