using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>What a checked wrapper consists of; the shapes fill it, the writer prints it.</summary>
internal sealed class WrapperPlan(FunctionSymbol function, string nativeResult)
{
    public FunctionSymbol Function { get; } = function;

    /// <summary>The C# type of the import's result.</summary>
    public string NativeResult { get; } = nativeResult;

    /// <summary>C# parameters, such as <c>DomainHandle domain</c>.</summary>
    public List<string> Parameters { get; } = [];

    /// <summary>Statements before the call.</summary>
    public List<string> Prologue { get; } = [];

    /// <summary><c>fixed</c> heads around the call.</summary>
    public List<string> Pins { get; } = [];

    /// <summary>The argument for each native parameter.</summary>
    public Dictionary<string, string> Arguments { get; } = [];

    /// <summary>The length expression behind each native count that an array gave.</summary>
    public Dictionary<string, string> Lengths { get; } = [];

    /// <summary>Other arguments for a first call that only asks for a count; empty when there is none.</summary>
    public Dictionary<string, string> ProbeArguments { get; } = [];

    /// <summary>Statements between the first call and the second.</summary>
    public List<string> AfterProbe { get; } = [];

    public List<Output> Outputs { get; } = [];

    /// <summary>The call's result is the count of an output, so it is not returned itself.</summary>
    public bool ResultIsCount { get; set; }

    /// <summary>At least one argument is a handle, which proves that libvirt is ready.</summary>
    public bool HasHandle { get; set; }

    /// <summary>The C# condition that means failure, over <c>result</c>; null when the call cannot fail.</summary>
    public string? FailsWhen { get; set; }

    /// <summary>The same in words: "returned -1".</summary>
    public string FailsWhenText { get; set; } = "";

    /// <summary>The call failed only if it also left an error: its failing value is a good value too.</summary>
    public bool OnlyWithError { get; set; }

    /// <summary>The native side of a parameter named so.</summary>
    public static string Local(string parameter) => "native" + char.ToUpperInvariant(parameter[0]) + parameter[1..];

    public Parameter Native(string name) =>
        Function.Parameters.FirstOrDefault(p => p.Name == name)
        ?? throw new GeneratorException(Function.Name, $"has a row that counts by '{name}', which is no parameter");
}
