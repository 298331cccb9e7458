package dev.understudy.report;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A page, read by the JDK's XML parser. */
final class Markup {

    private final String source;
    private final Document document;

    private Markup(String source, Document document) {
        this.source = source;
        this.document = document;
    }

    static Markup of(RolloutReport report) {
        return of(report.html());
    }

    static Markup of(String source) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            return new Markup(source, factory.newDocumentBuilder().parse(new InputSource(new StringReader(source))));
        } catch (ParserConfigurationException | org.xml.sax.SAXException | java.io.IOException e) {
            throw new AssertionError("Not well-formed: " + e.getMessage(), e);
        }
    }

    String source() {
        return source;
    }

    /** The texts of all nodes of a path, with plain spaces. */
    List<String> all(String path) {
        try {
            NodeList nodes =
                    (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < nodes.getLength(); i++) {
                texts.add(nodes.item(i)
                        .getTextContent()
                        .replace('\u202F', ' ')
                        .replaceAll("\\s+", " ")
                        .strip());
            }
            return texts;
        } catch (XPathExpressionException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The text of the only node of a path. */
    String one(String path) {
        List<String> all = all(path);
        if (all.size() != 1) {
            throw new AssertionError(path + " is there " + all.size() + " times");
        }
        return all.get(0);
    }
}
