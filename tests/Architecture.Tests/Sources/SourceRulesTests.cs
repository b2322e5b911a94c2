using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Each rule finds what it is for, and only that.</summary>
public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("Foo.cs", "public sealed class Foo", true)]
    [InlineData("Foo{T}.cs", "public class Foo<T> : Bar", true)]
    [InlineData("Foo.Part.cs", "internal static unsafe partial class Foo", true)]
    [InlineData("Foo.cs", "public readonly record struct Foo(int A);", true)]
    [InlineData("Foo.cs", "public delegate Task<int?> Foo(string a);", true)]
    [InlineData("Foo.cs", "public sealed class Bar", false)]
    [InlineData("Foo.cs", "public enum Bar", false)]
    [InlineData("Foo.cs", "// nothing", false)]
    [InlineData("Program.cs", "return 0;", true)]
    [InlineData("Foo.cs", "class Foo;\ninterface IBar;", false)]
    [InlineData("Foo.cs", "class Foo\n{\n    class Nested;\n}", true)]
    public void A_type_belongs_in_a_file_of_its_name(string name, string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.MisplacedTypes(File(text, name)).Any());

    [Theory]
    [InlineData("// TODO later", false)]
    [InlineData("int a; // FIXME", false)]
    [InlineData("// TODO(#12) later", true)]
    [InlineData("ToDoList list;", true)]
    public void A_note_without_an_issue_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.BareNotes(File(text)).Any());

    [Theory]
    [InlineData("throw new BackupException(FailureKind.Integrity, $\"'{path}' is cut\");", false)]
    [InlineData("new(\n    FailureKind.Integrity,\n    $\"it is cut; \"\n    + \"run 'lvbackup repair'\");", true)]
    [InlineData("new(\n    FailureKind.Integrity,\n    \"it is cut\");\nF(\"run 'lvbackup repair'\");", false)]
    [InlineData("new(FailureKind.Integrity, problem, NextStep(\"points/\"), e);", true)]
    [InlineData("catch (BackupException e) when (e.Kind == FailureKind.Integrity)", true)]
    public void A_message_about_damage_without_a_next_step_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.DamageWithoutNextStep(File(text)).Any());

    [Theory]
    [InlineData("Thread.Sleep(1);", false)]
    [InlineData("await Task.Delay(1, token);", false)]
    [InlineData("await Task.Delay(s_pause, _timeProvider, token);", true)]
    [InlineData("task.Wait();", false)]
    [InlineData("task.GetAwaiter().GetResult();", false)]
    [InlineData("// never Thread.Sleep here", true)]
    public void Sleeping_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.Sleeps(File(text)).Any());

    [Theory]
    [InlineData("Console.WriteLine(1);", false)]
    [InlineData("System.Console.Out.Flush();", false)]
    [InlineData("Spectre.Console.AnsiConsole.Write(1);", true)]
    [InlineData("/// <see cref=\"Console.Out\"/>", true)]
    public void Use_of_the_terminal_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.Terminal(File(text)).Any());

    [Theory]
    [InlineData("#pragma warning disable CA1031", false)]
    [InlineData("#pragma warning disable CA1031 // why", false)]
    [InlineData("#pragma warning disable CA1031, CA1032 // the last frame reports everything", true)]
    [InlineData("#pragma warning restore CA1031", true)]
    [InlineData("[SuppressMessage(\"a\", \"b\")]", false)]
    [InlineData("[SuppressMessage(\"a\", \"b\", Justification = \"the callee disposes it\")]", true)]
    public void A_suppression_without_a_reason_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.UnexplainedSuppressions(File(text)).Any());

    [Theory]
    [InlineData("namespace A.B;", true)]
    [InlineData("namespace A.B", false)]
    [InlineData("namespace A.B {", false)]
    public void A_block_namespace_is_found(string text, bool isKept) =>
        Assert.Equal(isKept, !SourceRules.BlockNamespaces(File(text)).Any());

    [Fact]
    public void A_region_is_found() => Assert.Single(SourceRules.Regions(File("  #region x")));

    [Fact]
    public void Length_is_measured_in_lines_and_characters()
    {
        Assert.Empty(SourceRules.OverlongFile(File(string.Join('\n', Enumerable.Repeat("a", 500)))));
        Assert.Single(SourceRules.OverlongFile(File(string.Join('\n', Enumerable.Repeat("a", 501)))));
        Assert.Empty(SourceRules.OverlongLines(File(new string('a', 120))));
        Assert.Single(SourceRules.OverlongLines(File(new string('a', 121))));
    }

    private static SourceFile File(string text, string name = "Foo.cs") => new($"src/{name}", text.Split('\n'));
}
