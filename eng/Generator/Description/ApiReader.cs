using System.Xml.Linq;

namespace LibvirtBackup.Generator.Description;

/// <summary>Reads one of libvirt's <c>*-api.xml</c> files.</summary>
internal static class ApiReader
{
    public static ApiLibrary Read(string path)
    {
        XElement api = XDocument.Load(path).Root!;
        XElement symbols = api.Element("symbols")!;
        RefuseUnknownKinds(symbols);
        return new ApiLibrary
        {
            Name = Text(api, "name"),
            Functions = [.. symbols.Elements("function").Select(ReadFunction)],
            Callbacks = [.. symbols.Elements("functype").Select(ReadCallback)],
            Enums = [.. ReadEnums(symbols)],
            Structs = [.. symbols.Elements("struct").Select(ReadStruct)],
            Typedefs = [.. symbols.Elements("typedef").Select(ReadTypedef)],
            Macros = [.. symbols.Elements("macro").Select(ReadMacro)],
            Variables = [.. symbols.Elements("variable").Select(ReadVariable)],
        };
    }

    private static void RefuseUnknownKinds(XElement symbols)
    {
        string[] known = ["function", "functype", "enum", "struct", "typedef", "macro", "variable"];
        XElement? unknown = symbols.Elements().FirstOrDefault(e => !known.Contains(e.Name.LocalName));
        if (unknown is not null)
            throw new GeneratorException(Text(unknown, "name"), $"the description has a new kind <{unknown.Name}>");
    }

    private static FunctionSymbol ReadFunction(XElement e) => new()
    {
        Name = Text(e, "name"),
        File = Text(e, "file"),
        Since = Since(e),
        Return = ReadReturn(e),
        Parameters = [.. e.Elements("arg").Select(ReadParameter)],
    };

    private static CallbackSymbol ReadCallback(XElement e) => new()
    {
        Name = Text(e, "name"),
        File = Text(e, "file"),
        Since = Since(e),
        Return = ReadReturn(e),
        Parameters = [.. e.Elements("arg").Select(ReadParameter)],
    };

    private static Parameter ReadReturn(XElement e)
    {
        XElement result = e.Element("return")!;
        return new Parameter("return", CType.Parse(Text(result, "type")), (string?)result.Attribute("info") ?? "");
    }

    private static Parameter ReadParameter(XElement e) =>
        new(Text(e, "name"), CType.Parse(Text(e, "type")), (string?)e.Attribute("info") ?? "");

    // One element per constant; the enum itself is a typedef of the same name.
    private static IEnumerable<EnumSymbol> ReadEnums(XElement symbols)
    {
        var sinceOfType = symbols.Elements("typedef").ToDictionary(e => Text(e, "name"), Since);
        return symbols.Elements("enum").GroupBy(e => Text(e, "type")).Select(group => new EnumSymbol
        {
            Name = group.Key,
            File = Text(group.First(), "file"),
            Since = sinceOfType[group.Key],
            Constants = [.. group.Select(ReadConstant)],
        });
    }

    private static EnumConstant ReadConstant(XElement e) =>
        new(Text(e, "name"), Text(e, "value"), e.Attribute("value_bitshift") is not null, Since(e));

    private static StructSymbol ReadStruct(XElement e) => new()
    {
        Name = Text(e, "name"),
        File = Text(e, "file"),
        Since = Since(e),
        Tag = Text(e, "type")["struct ".Length..],
        Fields = [.. e.Elements("field").Select(ReadField)],
    };

    private static StructField ReadField(XElement e) => new(
        Text(e, "name"),
        CType.Parse(Text(e, "type")),
        [.. e.Elements("union").Elements("field").Select(ReadField)]);

    private static TypedefSymbol ReadTypedef(XElement e) =>
        new() { Name = Text(e, "name"), File = Text(e, "file"), Since = Since(e), Target = Text(e, "type") };

    private static MacroSymbol ReadMacro(XElement e) => new()
    {
        Name = Text(e, "name"),
        File = Text(e, "file"),
        Since = Since(e),
        Text = (string?)e.Attribute("string"),
        Expression = (string?)e.Attribute("raw") ?? "",
        HasParameters = e.Attribute("params") is not null,
    };

    private static VariableSymbol ReadVariable(XElement e) =>
        new() { Name = Text(e, "name"), File = Text(e, "file"), Since = Since(e), Type = CType.Parse(Text(e, "type")) };

    private static Version Since(XElement e) => Version.Parse(Text(e, "version"));

    private static string Text(XElement e, string attribute) =>
        (string?)e.Attribute(attribute)
        ?? throw new GeneratorException((string?)e.Attribute("name") ?? e.Name.LocalName, $"has no '{attribute}'");
}
