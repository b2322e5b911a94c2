using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>Plans the checked wrapper of a function: one shape per parameter, one for the result.</summary>
internal sealed class WrapperPlanner(ApiDescription api, OverrideTable overrides, BlittableTypes types)
{
    private readonly ParameterRules _parameterRules = new(api, overrides);
    private readonly ReturnRules _returnRules = new(api, overrides);
    private readonly ShapeTable _shapes = new(api, types);
    private readonly ReturnShapes _returns = new(api);

    public bool IsWrapped(FunctionSymbol function) => overrides.Rule(function.Name, "-") != "not-wrapped";

    public WrapperPlan Plan(FunctionSymbol function)
    {
        var plan = new WrapperPlan(function, types.Of(function.Return.Type, function.Name));
        // An array's shape also passes the parameter that counts it.
        HashSet<string?> counts = [.. function.Parameters.Select(p => _parameterRules.CountOf(function, p))];
        foreach (Parameter parameter in function.Parameters.Where(p => !counts.Contains(p.Name)))
            _shapes.Apply(plan, parameter, _parameterRules.For(function, parameter));

        if (function.Parameters.FirstOrDefault(p => !plan.Arguments.ContainsKey(p.Name)) is { } missed)
            throw new GeneratorException(function.Name, $"leaves its parameter '{missed.Name}' without a value");
        _returns.Apply(plan, _returnRules.For(function));
        GiveDefaults(plan);
        return plan;
    }

    // Flags at the end may be left out; elsewhere C# would want all that follows them to have a default too.
    private static void GiveDefaults(WrapperPlan plan)
    {
        if (plan.Parameters is [.., { } last] && last.EndsWith(" flags", StringComparison.Ordinal))
            plan.Parameters[^1] = last + " = 0";
    }
}
