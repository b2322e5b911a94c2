using System.Text.RegularExpressions;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The rules that hold for every C# file; each returns the places that break it.</summary>
internal static partial class SourceRules
{
    public const int MaxLines = 500;
    public const int MaxLineLength = 120;

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const int TimeoutMilliseconds = 10_000;

    // Files that hold statements or assembly attributes instead of a type.
    private static readonly string[] s_typeless = ["Program", "AssemblyInfo", "GlobalUsings"];

    public static IEnumerable<string> OverlongFile(SourceFile file) => file.Lines.Count <= MaxLines
        ? []
        : [$"{file.Path}: {file.Lines.Count} lines, at most {MaxLines}"];

    public static IEnumerable<string> OverlongLines(SourceFile file) =>
        Places(file, line => line.Length > MaxLineLength);

    public static IEnumerable<string> Regions(SourceFile file) =>
        Places(file, line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal));

    /// <summary>A note on missing work must name its issue: <c>TODO(#12)</c>.</summary>
    public static IEnumerable<string> BareNotes(SourceFile file) => Places(file, BareNote().IsMatch);

    public static IEnumerable<string> BlockNamespaces(SourceFile file) => Places(file, BlockNamespace().IsMatch);

    /// <summary>Sleeping, and waiting by a clock that a test cannot hold.</summary>
    public static IEnumerable<string> Sleeps(SourceFile file) =>
        Places(file, line => Sleep().IsMatch(WithoutComment(line)) && !ClockedDelay().IsMatch(line));

    public static IEnumerable<string> Terminal(SourceFile file) =>
        Places(file, line => Console().IsMatch(WithoutComment(line)));

    /// <summary>A switched-off analyzer rule says why, in the same line.</summary>
    public static IEnumerable<string> UnexplainedSuppressions(SourceFile file) => Places(
        file,
        line => (Pragma().IsMatch(line) && !ExplainedPragma().IsMatch(line))
            || (line.Contains("SuppressMessage(", StringComparison.Ordinal) && !JustifiedOrOpen().IsMatch(line)));

    /// <summary>
    /// One top-level type, whose name is the file's (<c>Type.cs</c>, <c>Type{T}.cs</c>, <c>Type.Part.cs</c>).
    /// </summary>
    public static IEnumerable<string> MisplacedTypes(SourceFile file)
    {
        string[] types = [.. TopLevelTypes(file).Distinct(StringComparer.Ordinal)];
        if (types.Length == 0)
            return s_typeless.Contains(file.Stem) ? [] : [$"{file.Path}: no type"];
        if (types.Length > 1)
            return [$"{file.Path}: {types.Length} top-level types: {string.Join(", ", types)}"];
        string stem = file.Stem.Split('.', '{')[0];
        return stem == types[0] ? [] : [$"{file.Path}: holds {types[0]}"];
    }

    /// <summary>With file-scoped namespaces, the types declared at the first column.</summary>
    public static IEnumerable<string> TopLevelTypes(SourceFile file) => file.Lines
        .Select(line => TypeDeclaration().Match(line))
        .Where(match => match.Success)
        .Select(match => match.Groups["name"].Value);

    /// <summary>A message about damaged data (exit code 4) whose words say what is broken and not what to do.</summary>
    public static IEnumerable<string> DamageWithoutNextStep(SourceFile file)
    {
        for (int i = 0; i < file.Lines.Count; i++)
        {
            if (!DamageMessage().IsMatch(file.Lines[i]))
                continue;
            string statement = string.Join(
                '\n', file.Lines.Skip(i).TakeWhile((line, n) => n == 0 || !file.Lines[i + n - 1].EndsWith(';')));
            if (statement.Contains('"', StringComparison.Ordinal) && !NextStep().IsMatch(statement))
                yield return file.At(i);
        }
    }

    private static IEnumerable<string> Places(SourceFile file, Predicate<string> breaks) =>
        Enumerable.Range(0, file.Lines.Count).Where(i => breaks(file.Lines[i])).Select(file.At);

    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }

    [GeneratedRegex(@"FailureKind\.Integrity(,| : )", Options, TimeoutMilliseconds)]
    private static partial Regex DamageMessage();

    [GeneratedRegex(@"'lvbackup|\bbring\b|\bpush again\b|[nN]extStep|Remedy", Options, TimeoutMilliseconds)]
    private static partial Regex NextStep();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b(?!\(#\d+\))", Options, TimeoutMilliseconds)]
    private static partial Regex BareNote();

    [GeneratedRegex(@"^namespace [\w.]+\s*\{?\s*$", Options, TimeoutMilliseconds)]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(
        @"\b(Thread\.Sleep|Task\.Delay)\b|\.Wait\(\)|\.GetAwaiter\(\)\.GetResult\(\)", Options, TimeoutMilliseconds)]
    private static partial Regex Sleep();

    [GeneratedRegex(@"Task\.Delay\(.*\b(time|_time|\w*[tT]imeProvider|_?clock)\b", Options, TimeoutMilliseconds)]
    private static partial Regex ClockedDelay();

    [GeneratedRegex(@"(?<![\w.""])(System\.)?Console\.[A-Z]", Options, TimeoutMilliseconds)]
    private static partial Regex Console();

    [GeneratedRegex(@"^\s*#pragma warning disable", Options, TimeoutMilliseconds)]
    private static partial Regex Pragma();

    [GeneratedRegex(
        @"^\s*#pragma warning disable [A-Z]+\d+(, [A-Z]+\d+)* // \S+( \S+){2,}", Options, TimeoutMilliseconds)]
    private static partial Regex ExplainedPragma();

    // An attribute that goes on in the next line is checked by the compiler's own demand for a Justification.
    [GeneratedRegex(@"Justification = ""\S+( \S+){2,}|\($|,\s*$", Options, TimeoutMilliseconds)]
    private static partial Regex JustifiedOrOpen();

    [GeneratedRegex(
        @"^(?:(?:public|internal|private|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*" +
        @"(?:delegate\s+.*\s(?=\w+(?:<[^<>]*>)?\()|" +
        @"record\s+struct\s+|record\s+class\s+|record\s+|class\s+|struct\s+|interface\s+|enum\s+)" +
        @"\b(?<name>\w+)\s*(?:[<({:;]|where\b|$)",
        Options,
        TimeoutMilliseconds)]
    private static partial Regex TypeDeclaration();
}
