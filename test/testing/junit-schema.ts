/** What Jenkins takes of JUnit's XML, as far as our report uses it: elements, attributes, what is required. */
const text = (name: string, use = 'optional'): string =>
  `<xs:attribute name="${name}" type="xs:string" use="${use}"/>`;

const attributes = (names: string): string => names.split(' ').map((name) => text(name)).join(''); // prettier-ignore

const outcome = (name: string): string => `
  <xs:element name="${name}">
    <xs:complexType mixed="true">${attributes('type message')}</xs:complexType>
  </xs:element>`;

export const JUNIT_SCHEMA = {
  fileName: 'junit.xsd',
  contents: `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  ${['failure', 'error', 'skipped'].map(outcome).join('')}
  <xs:element name="system-out" type="xs:string"/>
  <xs:element name="testcase">
    <xs:complexType>
      <xs:choice minOccurs="0" maxOccurs="unbounded">
        <xs:element ref="skipped"/><xs:element ref="error"/><xs:element ref="failure"/>
        <xs:element ref="system-out"/>
      </xs:choice>
      ${text('name', 'required')}${attributes('classname time file line')}
    </xs:complexType>
  </xs:element>
  <xs:element name="testsuite">
    <xs:complexType>
      <xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element ref="testcase"/></xs:choice>
      ${text('tests', 'required')}${attributes('name failures errors time skipped timestamp file')}
    </xs:complexType>
  </xs:element>
  <xs:element name="testsuites">
    <xs:complexType>
      <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
      ${attributes('name time tests failures errors')}
    </xs:complexType>
  </xs:element>
</xs:schema>`,
};
