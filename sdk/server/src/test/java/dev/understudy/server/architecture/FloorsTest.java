package dev.understudy.server.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The floors of the server: what listens is on the ground, the roof joins the faces, and no face knows another. */
class FloorsTest {

    private static final String ROOT = "dev.understudy.server";

    private static final Map<String, Integer> FLOORS =
            Map.of(ROOT, 2, ROOT + ".operations", 1, ROOT + ".console", 1, ROOT + ".gateway", 1, ROOT + ".http", 0);

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void every_package_has_a_floor() {
        assertThat(CLASSES).extracting(JavaClass::getPackageName).isSubsetOf(FLOORS.keySet());
    }

    @Test
    void a_package_imports_only_from_floors_below_its_own() {
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
    @ValueSource(strings = {"com.sun.net.httpserver..", "com.fasterxml.."})
    void only_what_listens_knows_the_library(String library) {
        noClasses()
                .that(resideOutsideOfPackage(ROOT + ".http"))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(CLASSES);
    }

    @Test
    void nobody_needs_the_library_that_keeps_the_meters() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.micrometer.."))
                .check(CLASSES);
    }

    @Test
    void every_package_says_what_null_means() {
        var unmarked = new TreeSet<String>();
        for (JavaClass type : CLASSES) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked).isEmpty();
    }
}
