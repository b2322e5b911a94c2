using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>What a shape works on: the plan, the parameter, and the rest of its rule.</summary>
/// <param name="Argument">What follows the rule's name, such as a count parameter or an enum.</param>
internal sealed record Shape(
    WrapperPlan Plan, Parameter Parameter, string Argument, ApiDescription Api, BlittableTypes Types)
{
    /// <summary>The parameter in C#.</summary>
    public string Name => Naming.Identifier(Parameter.Name);

    /// <summary>The variable for its native side.</summary>
    public string Local => WrapperPlan.Local(Parameter.Name);

    /// <summary>Its name among several results.</summary>
    public string OutputName => Naming.Property(Parameter.Name);

    /// <summary>The blittable type it is passed as.</summary>
    public string NativeType => Types.Of(Parameter.Type, Plan.Function.Name);

    /// <summary>The blittable type it points to.</summary>
    public string PointedType => NativeType[..^1];

    public void Public(string type) => Plan.Parameters.Add($"{type} {Name}");

    public void Before(string statement) => Plan.Prologue.Add(statement);

    public void Pass(string argument) => Plan.Arguments[Parameter.Name] = argument;

    public void Return(string type, string value, string meaning) =>
        Plan.Outputs.Add(new Output(type, OutputName, value, meaning));

    /// <summary>Passes the length of a managed array as the parameter that counts it.</summary>
    public void PassCount(string length)
    {
        if (Plan.Lengths.TryGetValue(Argument, out string? other))
        {
            Before($"ArgumentOutOfRangeException.ThrowIfNotEqual({length}, {other});");
            return;
        }

        Plan.Lengths[Argument] = length;
        Plan.Arguments[Argument] = $"({Types.Of(Plan.Native(Argument).Type, Plan.Function.Name)}){length}";
    }

    public StructSymbol Struct(string type) =>
        Api.Pointee(type) ?? throw new GeneratorException(Plan.Function.Name, $"'{type}' points to no struct");

    public string PublicEnum(string name) => Api.Enum(name) is { } symbol
        ? Naming.PublicType(symbol.Name)
        : throw new GeneratorException(Plan.Function.Name, $"has a row with the unknown enum '{name}'");
}
