using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>A document from a hostile host costs one exception: no file read, no memory, no dead process.</summary>
public sealed class HostileXmlTests
{
    public static TheoryData<string, Action<string>> Parsers => new()
    {
        { "domaincheckpoint", xml => DomainCheckpointXml.Parse(xml) },
        { "domainbackup", xml => DomainBackupXml.Parse(xml) },
        { "domainsnapshot", xml => DomainSnapshotXml.Parse(xml) },
        { "domain", xml => DomainXml.Parse(xml) },
        { "XML", xml => XmlFragment.Parse(xml) },
    };

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void A_document_type_is_refused(string root, Action<string> parse)
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => parse(
            $"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<{root}><name>&e;</name></{root}>"));
        Assert.Contains("DTD", e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void An_undeclared_entity_is_refused(string root, Action<string> parse) =>
        Assert.Throws<LibvirtXmlException>(() => parse($"<{root}><name>&e;</name></{root}>"));

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void Nesting_that_would_overflow_the_stack_is_refused(string root, Action<string> parse)
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 200_000));
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => parse($"<{root}>{deep}"));
        Assert.Contains("nest deeper than 256", e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void Text_that_is_not_well_formed_is_refused_with_its_place(string root, Action<string> parse)
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => parse($"<{root}>\n  <name>x</nam></{root}>"));
        Assert.Equal(2, e.Line);
        Assert.StartsWith($"cannot read the <{root}> XML at line 2, column ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Parsers), DisableDiscoveryEnumeration = true)]
    public void Text_that_is_no_XML_is_refused(string root, Action<string> parse)
    {
        foreach (string text in (string[])["", " ", "error: no domain", "\0", $"<{root}", "{}"])
            Assert.Throws<LibvirtXmlException>(() => parse(text));
    }

    [Fact]
    public void Another_root_is_refused_by_name()
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(() => DomainBackupXml.Parse("<domain/>"));
        Assert.Equal("cannot read the <domainbackup> XML at line 1, column 2: the root element is <domain>", e.Message);
    }

    [Fact]
    public void A_character_that_XML_cannot_carry_is_refused_on_writing() =>
        Assert.Throws<ArgumentException>(() => new DomainCheckpointXml { Description = "a\0b" }.ToXml());
}
